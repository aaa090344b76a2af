// Where tables are published: a folder of this machine, or one of an object store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "project/project.h"

namespace backcourt {

// Paths are below the folder.
class PublishPlace {
 public:
  // By what `folder` is. `keeps_nothing`: of a dry run, which needs no lock and makes no folder. One process
  // at a time has a folder of this machine. kUsage where the folder holds, or lies among, other files.
  static Result<std::unique_ptr<PublishPlace>> Open(const Project& project, const std::string& folder,
                                                    bool keeps_nothing, std::function<bool()> interrupted);
  virtual ~PublishPlace() = default;

  virtual const std::string& folder() const = 0;
  // As a reader names it.
  virtual std::string Where(const std::string& path) const = 0;
  // Nothing where there is none.
  virtual Result<std::optional<std::string>> ReadText(const std::string& path) = 0;
  // Whether a file that was put there is gone; an object store is not asked.
  virtual bool Lost(const std::string& path) const = 0;
  // A path on this machine to write a file to, and puts what was written there in its place, whole.
  virtual Result<std::string> Aside(const std::string& path) = 0;
  virtual Result<> Put(const std::string& path) = 0;
  virtual Result<> PutText(const std::string& path, const std::string& text) = 0;
  // How long ago a file was put there; endless where there is none, and in an object store, which is not
  // asked.
  virtual double SecondsSince(const std::string& path) const = 0;
  // Removes what is below `below` and not in `held`, where that can be done; returns what it removed.
  virtual Result<std::vector<std::string>> Keep(const std::string& below,
                                                const std::set<std::string>& held) = 0;
};

}  // namespace backcourt
