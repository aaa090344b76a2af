// Reading the files of a feed: tables (CSV, Parquet, xlsx) or JSON documents, with
// the feed's columns cast from what the files hold, and errors that name file,
// row and value.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "files/files.h"
#include "project/project.h"

namespace backcourt {

// The SELECT of a feed's columns without rows, as a source sees them.
std::string EmptyFeedSql(const Feed& feed, const std::vector<Function>& functions);

class FeedReader {
 public:
  FeedReader(const Project& project, Connection& connection) : project_(project), connection_(connection) {}

  // Makes the temp table feed_<name>: the feed's columns, then file, file_row (from 1,
  // in the order of the file; a header line is not counted) and feed_season.
  Result<> Read(const Feed& feed, const std::vector<FoundFile>& files);
  // Rows of the temp table in which a lenient column's value did not parse, by column.
  Result<std::map<std::string, int64_t>> Unparsed(const Feed& feed);
  // Tells which file, row and value made reading a feed fail.
  Error Diagnose(const Feed& feed, const std::vector<FoundFile>& files, const Error& error);
  // The SELECT that reads files of a feed that are tables.
  Result<std::string> TablesSql(const Feed& feed, const std::vector<FoundFile>& files);
  // By path, the season that a document tells within (Feed::document_season); not of files that tell none.
  Result<std::map<std::string, std::string>> SeasonsWithin(const Feed& feed,
                                                           const std::vector<FoundFile>& files);
  // Refuses a file whose name tells no kind that can be read.
  static Result<> KnowsKind(const FoundFile& file);
  // Refuses files that no feed reads, by their names and shapes alone: before any is read.
  Result<> CheckShapes(const std::vector<FoundFile>& files);
  // Reads files through and keeps nothing: why a load would refuse them.
  Result<> Try(const Feed& feed, const std::vector<FoundFile>& files);
  // Whether a file has the feed's shape: its columns, or what its documents hold.
  bool Fits(const Feed& feed, const FoundFile& file);

 private:
  // A SELECT of the feed's columns over files of one kind, all that is there cast.
  Result<std::string> CastedSql(const Feed& feed, const std::vector<FoundFile>& files);
  // Whether a source reads a feed's column; what none reads is not parsed.
  bool IsRead(const Feed& feed, const Column& column);
  // A SELECT over the columns that files have, with `file` and `file_row`.
  Result<std::string> ReaderSql(const Feed& feed, const std::vector<FoundFile>& files);
  Result<std::vector<std::string>> CsvHeader(const FoundFile& file);
  // The columns that a reader gives, in lower case, with their types.
  Result<std::map<std::string, std::string>> TypesOf(const std::string& reader);
  Result<> CheckDocuments(const Feed& feed, const std::vector<FoundFile>& files);

  const Project& project_;
  Connection& connection_;
  bool excel_loaded_ = false;
  std::set<std::string> checked_;                                    // paths whose shape is right
  std::map<std::string, std::vector<std::string>> headers_;          // of CSV files, by path
  std::map<std::string, std::map<std::string, std::string>> types_;  // by reader
  std::map<std::string, std::set<std::string>>
      words_;  // by feed: those of the sources that read it, lower case
};

}  // namespace backcourt
