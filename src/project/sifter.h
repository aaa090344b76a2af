// Keeps what is broken in one model or check from breaking the project: it is left
// out, with all that reads it, and told among the project's problems.
#pragma once

#include <string>

#include "base/result.h"
#include "project/project.h"

namespace backcourt {

class Sifter {
 public:
  explicit Sifter(Project& project) : project_(project) {}

  // The problem of a file, and what it makes unusable.
  void LeaveOut(const std::string& name, const std::string& file, bool is_check, const Error& error);

  // The problem of a file on which loads stand.
  void LeaveOutBase(const std::string& file, const Error& error);

  // No two tables have one name: to the engine, Up is up. A model of a name that is taken is left out.
  void CheckNames();

  // Leaves out models and checks that read what is not there, then those that stand in a circle, then all
  // that reads them. What remains is in order: inputs stand before what reads them.
  void Sift();

 private:
  template <typename T, typename IsSound>
  void Keep(std::vector<T>& all, bool is_check, IsSound is_sound);
  void LeaveOutReaders();
  // False once a model is left out because its read closes a circle.
  bool Sort();

  Project& project_;
};

}  // namespace backcourt
