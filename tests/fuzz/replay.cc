// Runs a fuzz target over the files of its corpus, and over damaged copies of
// them: as its own mutator damages them, else cut off and with one byte changed.
// For builds without libFuzzer.
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most,
                                                                unsigned seed);

namespace {

constexpr unsigned kMutations = 4;  // of a file

void Run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

void Mutate(const std::string& text) {
  for (unsigned seed = 0; seed < kMutations; ++seed) {
    std::vector<uint8_t> data(text.begin(), text.end());
    data.resize(text.size() + 10'000);
    size_t size = LLVMFuzzerCustomMutator(data.data(), text.size(), data.size(), seed);
    LLVMFuzzerTestOneInput(data.data(), size);
  }
}

void Damage(const std::string& text) {
  size_t step = text.size() / 200 + 1;
  for (size_t at = 0; at < text.size(); at += step) {
    Run(text.substr(0, at));
    std::string damaged = text;
    damaged[at] = "\"\\{[\n\xff"[at % 6];
    Run(damaged);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      auto text = backcourt::ReadFile(entry.path().string());
      if (!text) continue;
      ++files;
      Run(*text);
      if (LLVMFuzzerCustomMutator)
        Mutate(*text);
      else
        Damage(*text);
    }
  std::printf("%d files\n", files);
  return files ? 0 : 1;
}
