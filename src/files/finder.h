// Finds the files of a project's patterns, on disk and in object stores, and
// brings remote ones to a folder beside the warehouse, where they are read. A
// remote folder is listed once; an object is fetched once a version.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "files/files.h"
#include "files/object_store.h"
#include "project/project.h"

namespace backcourt {

class Finder {
 public:
  // Asks object stores as they are now.
  Finder(const Project& project, std::function<bool()> interrupted);
  Finder(Finder&&) = default;
  ~Finder();
  // Asks nobody: of what is remote, `known` paths are taken to be there.
  Finder(const Project& project, std::vector<FoundFile> known);

  // Files that match any of the patterns (see FindFiles), by path, each once.
  // Remote: a folder without objects is an error, and so is a pattern outside
  // of the data folder that nothing matches.
  Result<std::vector<FoundFile>> Find(const std::vector<std::string>& patterns);

  // Whether whoever asked wants an end.
  bool Interrupted() const { return interrupted_ && interrupted_(); }

  // Brings those remote files whose version is not here yet, and unpacks archives for as long as this lives.
  Result<> Fetch(const std::vector<FoundFile>& files);

 private:
  Result<ObjectStore*> Store();
  Result<const std::vector<FoundFile>*> Listing(const std::string& folder);
  Result<std::vector<FoundFile>> FindRemote(const std::string& pattern);
  Result<std::vector<FoundFile>> FindSingle(const std::string& url);
  FoundFile Remote(const StoredObject& object) const;
  bool Here(const FoundFile& file) const;

  const Project& project_;
  Folders folders_;
  std::function<bool()> interrupted_;
  bool online_ = true;
  std::vector<FoundFile> known_;
  std::unique_ptr<ObjectStore> store_;
  std::map<std::string, Result<std::vector<FoundFile>>> listings_;  // by folder
  std::vector<std::string> unpacked_;                               // files made here
  std::set<std::string> timeless_;                                  // here, of a server that tells no times
};

}  // namespace backcourt
