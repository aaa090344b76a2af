// In which row of a file a raw row is: looked for by the values of its key.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/finder.h"
#include "ledger/loads.h"
#include "load/feed_reader.h"

namespace backcourt {

struct FileRow {
  std::string path;
  int64_t row = 0;  // from 1, a header line is not counted
};

class FileRows {
 public:
  // `connection` is used for temporary tables of the files' rows, and for nothing else.
  FileRows(const Project& project, Connection& connection);

  // The only row of the files whose values contain all of the key's; none where no row does or several do, or
  // a file is not as it was loaded.
  std::optional<FileRow> Find(const RawTable& table, const std::vector<ledger::LoadedFile>& files,
                              const std::vector<std::pair<std::string, std::string>>& key);

 private:
  // The rows of a file: a relation (file_row, values), its values as a list of texts; "" where it is not as
  // it was loaded, or cannot be read.
  std::string Read(const RawTable& table, const ledger::LoadedFile& file);

  const Project& project_;
  Connection& connection_;
  FeedReader reader_;
  std::string read_;  // the file whose rows are in the temporary table
};

}  // namespace backcourt
