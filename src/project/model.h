// The nouns of a project: raw tables and what feeds them, models and seeds.
// Each is read from one file; every error names the file and the line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "project/key_lines.h"
#include "project/window.h"

namespace backcourt {

// Named texts in the order of the file.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// What one cell of a table covers.
enum class Grain { kDate, kSeason, kWhole };

struct Column {
  std::string name;
  std::string type;  // of raw tables; models take theirs from the SELECT
  std::string about;
  bool optional = false;  // of feeds: may be absent from a file
  bool lenient = false;   // of feeds: a value that does not parse is NULL, and counted
};

struct RawTable {
  std::string name, file, about;
  std::vector<std::string> key;
  Grain grain = Grain::kDate;
  std::string date;                   // date column; of season grain, the season column
  std::string unit;                   // column whose values one source serves whole; may be empty
  std::vector<std::string> unhashed;  // columns that are not part of the digest
  std::vector<std::string> totals;    // columns whose sums over a unit all sources should tell alike
  // Several sources make statements about a unit, and who is right is decided by what they state, not by rank
  // alone: see StatementsSql of load/statements.h.
  bool statements = false;
  std::string merge;               // SQL over `statements`: the table's rows, gaps filled from the next best
  std::vector<std::string> agree;  // columns in which all statements about a unit should be alike
  std::string ahead;               // predicate: rows that may be read ahead of D
  bool of_final_games = false;     // every final game has rows here, by its unit
  std::string box_rows;            // predicate: a game has rows here when one is such; empty: any
  // The table of the engine's catalog that it is, in place of what files give; empty: none. Of the project,
  // [sources.NAME].
  std::string lake;
  std::vector<Column> columns;
};

// The shape of a kind of file.
struct Feed {
  std::string name, about;
  std::vector<std::string> paths;  // patterns below the data folder; {season} stands for a label as 2021-22
  std::vector<std::string> key;
  // For files that are JSON: the SELECT over `documents` (file, document) that gives file,
  // file_row and the columns; and what is true of every document of this kind.
  std::string rows, holds;
  std::string season;           // SQL over `file`: the season of a file whose path does not tell
  std::string document_season;  // SQL over `document`: that of one whose name does not tell either
  std::string season_hint;  // SQL over `file`: where the document does not tell it, what its name may mean
  // Of snapshots of one thing that changes: each file is read once, its rows are
  // kept with the time it was seen. `belongs` is true of every row; of a key for
  // which `lasting` was true once, every later snapshot has a row.
  bool snapshots = false;
  std::string lasting, belongs;
  std::vector<Column> columns;
  std::vector<std::pair<std::string, std::string>>
      also;  // another name by which files call a column, and its name here
};

// One SELECT that maps feeds into a raw table.
struct Source {
  std::string name, file, about, table, body;
  int body_line = 1;
  KeyLines lines;  // of the header
  int rank = 0;    // of two sources that serve a unit the one of lower rank does
  std::vector<std::string> feeds, optional_feeds, reads;  // without feeds: made of the tables it reads
  std::vector<std::string> any_of;                        // feeds of which one at least must have files
  std::vector<std::string> by_unit;  // feeds and reads whose rows of a unit are all that its rows come of,
                                     // but for what else is read
  std::string alias;                 // by which the body calls the first feed; empty: by its name

  // The name by which the body calls a feed.
  const std::string& Calls(const std::string& feed) const {
    return !alias.empty() && feed == feeds.front() ? alias : feed;
  }
};

struct Read {
  std::string table;
  std::vector<Window> windows;
};

// One SELECT that makes one table.
struct Model {
  std::string name, file, about, group;  // group: the folder, as analytics
  std::string date;
  std::vector<std::string> key;
  std::vector<Read> reads;
  NamedTexts columns, checks;
  NamedTexts
      may_be_constant;     // columns that may hold one value over a month, or be mostly NULL, with the reason
  NamedTexts may_be_null;  // columns that may be mostly NULL over a month, with the reason
  // Raw tables, or columns of them as table.column, with the columns that have no value without them.
  std::vector<std::pair<std::string, std::vector<std::string>>> needs;
  std::string
      expected_rows;  // query: game_date, expected_rows; Project::Load writes out "rows of TABLE [where ...]"
  std::string expected_keys;  // query: game_date and columns of the key, a row for each row that is due; may
                              // be empty
  std::string empty;          // why a date may have no rows
  std::string note;           // query: game_date, note
  bool helper = false, view = false;
  int64_t cost = 0;  // of a date, as it relates to the other models'; 0: not known
  std::string body;
  int body_line = 1;
  KeyLines lines;                     // of the header
  std::vector<std::string> tokens;    // of the body
  bool names_season_start = false;    // among them
  bool may_see_season_start = false;  // without its name: by a star or as a part of a whole row
  Digest identity;                    // of all that makes its rows: body, reads, date, key, functions
  Digest checks_identity;
  Digest beside;  // of what makes its cells beside the rows: expected rows, note, the reason of empty ones
  std::string functions;  // that it uses, with the digests of their texts: to tell which has changed
};

// One SELECT over stored tables that looks at things and tells what is wrong
// with each: a row a thing looked at, `game_date`, `subject` and `what`; `what`
// is NULL when nothing is.
struct Check {
  std::string name, file, about, body;
  int body_line = 1;
  KeyLines lines;  // of the header
  std::vector<std::string> reads;
  std::string fix;  // what to do about a finding
};

// What stands in the ledger for the source of a raw table that is a table of the lake.
std::string LakeSourceOf(const RawTable& table);

Result<RawTable> ParseRawTable(const std::string& file, const std::string& text);
// `known`: feeds of another file whose shape one of these may have.
Result<std::vector<Feed>> ParseFeeds(const std::string& file, const std::string& text,
                                     const std::vector<Feed>& known = {});
// A source, or one for each of the feeds under `each`, ranked in their order.
Result<std::vector<Source>> ParseSource(const std::string& file, const std::string& text);
Result<Model> ParseModel(const std::string& file, const std::string& group, const std::string& text);
Result<Check> ParseCheck(const std::string& file, const std::string& text);

}  // namespace backcourt
