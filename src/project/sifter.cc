#include "project/sifter.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "project/rules.h"

namespace backcourt {

void Sifter::LeaveOut(const std::string& name, const std::string& file, bool is_check, const Error& error) {
  std::vector<FileProblem> problems = ProblemsOf(error, file);
  if (problems.size() == 1) problems.front().hint = error.hint;
  project_.left_out.push_back({name, file, is_check, problems.front().Text()});
  project_.problems.insert(project_.problems.end(), problems.begin(), problems.end());
}

void Sifter::LeaveOutBase(const std::string& file, const Error& error) {
  std::vector<FileProblem> problems = ProblemsOf(error, file);
  if (problems.size() == 1) problems.front().hint = error.hint;
  project_.problems.insert(project_.problems.end(), problems.begin(), problems.end());
  project_.base_problems.insert(project_.base_problems.end(), problems.begin(), problems.end());
}

template <typename T, typename IsSound>
void Sifter::Keep(std::vector<T>& all, bool is_check, IsSound is_sound) {
  std::vector<std::pair<T*, Error>> broken;
  for (T& one : all)
    if (Result<> sound = is_sound(one); !sound) broken.emplace_back(&one, sound.error());
  for (auto& [one, error] : broken)
    LeaveOut(one->name, one->file, is_check, error);
  std::erase_if(all, [&](const T& one) {
    return std::any_of(broken.begin(), broken.end(),
                       [&](const auto& b) { return b.first->file == one.file; });
  });
}

void Sifter::CheckNames() {
  std::map<std::string, std::string> files;  // by name in lower case
  auto taken = [&](const std::string& name, const std::string& file) {
    return Error{
        ErrorKind::kUsage,
        fmt::format("{}:1: two tables are named '{}'; the other is {}", file, name, files[Lower(name)]),
        "rename one of the files"};
  };
  for (const RawTable& raw : project_.raw_tables)
    if (!files.emplace(Lower(raw.name), raw.file).second) LeaveOutBase(raw.file, taken(raw.name, raw.file));
  for (const Seed& seed : project_.seeds)
    if (!files.emplace(Lower(seed.name), seed.file).second)
      LeaveOutBase(seed.file, taken(seed.name, seed.file));
  std::map<std::string, int> models;
  for (const Model& model : project_.models)
    ++models[Lower(model.name)], files.emplace(Lower(model.name), model.file);
  Keep(project_.models, false, [&](const Model& model) -> Result<> {
    if (files[Lower(model.name)] != model.file) return taken(model.name, model.file);
    if (models[Lower(model.name)] == 1) return {};
    auto other = std::find_if(project_.models.begin(), project_.models.end(), [&](const Model& one) {
      return one.file != model.file && Lower(one.name) == Lower(model.name);
    });
    files[Lower(model.name)] = other->file;
    Error error = taken(model.name, model.file);
    files[Lower(model.name)] = model.file;
    return error;
  });
}

void Sifter::LeaveOutReaders() {
  for (bool more = true; more;) {
    more = false;
    std::erase_if(project_.models, [&](const Model& model) {
      for (const Read& read : model.reads)
        if (const LeftOut* out = project_.FindLeftOut(read.table)) {
          project_.left_out.push_back(
              {model.name, model.file, false, fmt::format("it reads {}: {}", read.table, out->because)});
          return more = true;
        }
      return false;
    });
  }
}

bool Sifter::Sort() {
  std::vector<Model> sorted;
  std::set<std::string> done, open;
  std::optional<std::pair<std::string, std::string>> closing;  // a model and what it reads
  std::function<bool(const Model&)> visit = [&](const Model& model) {
    if (done.contains(model.name)) return true;
    open.insert(model.name);
    for (const Read& read : model.reads) {
      const Model* input = project_.FindModel(read.table);
      if (input && open.contains(input->name) && !done.contains(input->name)) {
        closing = {model.name, read.table};
        return false;
      }
      if (input && !visit(*input)) return false;
    }
    done.insert(model.name);
    sorted.push_back(model);
    return true;
  };
  bool circle = !std::all_of(project_.models.begin(), project_.models.end(), visit);
  if (circle) {
    const Model model = *project_.FindModel(closing->first);
    LeaveOut(model.name, model.file, false,
             {ErrorKind::kUsage,
              fmt::format("{}: models read each other in a circle, through '{}'",
                          model.lines.Of("reads." + closing->second), closing->second),
              "take one of the reads away"});
    std::erase_if(project_.models, [&](const Model& one) { return one.name == model.name; });
  } else {
    project_.models = std::move(sorted);
  }
  return !circle;
}

void Sifter::Sift() {
  std::vector<std::string> tables = ReadableNames(project_);
  Keep(project_.models, false, [&](Model& model) -> Result<> {
    TRY(CheckReads(project_, model, tables));
    return WriteOutExpectedRows(project_, model);
  });
  Keep(project_.checks, true, [&](Check& check) { return CheckReads(check, tables); });
  do
    LeaveOutReaders();
  while (!Sort());
}

}  // namespace backcourt
