// Runs a fuzz target over the files of its corpus, and over damaged copies of
// them: cut off, and with one byte changed. For builds without libFuzzer.
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

namespace {

void Run(const std::string& text) { LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size()); }

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      auto text = backcourt::ReadFile(entry.path().string());
      if (!text) continue;
      ++files;
      Run(*text);
      size_t step = text->size() / 200 + 1;
      for (size_t at = 0; at < text->size(); at += step) {
        Run(text->substr(0, at));
        std::string damaged = *text;
        damaged[at] = "\"\\{[\n\xff"[at % 6];
        Run(damaged);
      }
    }
  std::printf("%d files\n", files);
  return files ? 0 : 1;
}
