#include "project/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace backcourt {

std::string FileProblem::Text() const { return fmt::format("{}:{}: {}", file, line, message); }

FileProblem ProblemOf(const Error& error, const std::string& file) {
  static const std::regex kPlace("^([^\n]*?):([0-9]{1,9})(?::([0-9]{1,9}))?: ");
  std::smatch place;
  if (!std::regex_search(error.message, place, kPlace)) {
    bool named = error.message.starts_with(file + ": ");
    return {file, 1, 1, named ? error.message.substr(file.size() + 2) : error.message, error.hint};
  }
  return {place[1], std::stoi(place[2]), place[3].matched ? std::stoi(place[3]) : 1, place.suffix(),
          error.hint};
}

std::vector<FileProblem> ProblemsOf(const Error& error, const std::string& file) {
  std::vector<FileProblem> problems;
  for (size_t start = 0; start <= error.message.size();) {
    size_t end = std::min(error.message.find('\n', start), error.message.size());
    FileProblem problem = ProblemOf({error.kind, error.message.substr(start, end - start), ""}, "");
    if (problem.file.empty() && !problems.empty())
      problems.back().message += "\n" + problem.message;
    else
      problems.push_back(problem.file.empty() ? ProblemOf({error.kind, problem.message, ""}, file) : problem);
    start = end + 1;
  }
  if (problems.size() == 1) problems.front().hint = error.hint;
  return problems;
}

Error ErrorOf(const std::vector<FileProblem>& problems) {
  std::string message;
  for (const FileProblem& problem : problems)
    message += (message.empty() ? "" : "\n") + problem.Text();
  return {ErrorKind::kUsage, message,
          problems.size() == 1 ? problems.front().hint : "`backcourt lint` lists them, a line each"};
}

}  // namespace backcourt
