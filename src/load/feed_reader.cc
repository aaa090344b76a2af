#include "load/feed_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "files/archive.h"
#include "files/file_shape.h"
#include "project/sql_text.h"
#include "warehouse/duckdb/engine.h"

namespace backcourt {

namespace {

constexpr size_t kMostValues = 20;  // of a file that are told in one go
constexpr const char* kFix = "fix the file, then load again; nothing was loaded";

// The function of the prelude that parses a type of feeds that is not the
// engine's own; "" when the engine knows it.
std::string ParserOf(const Column& column, const std::vector<Function>& functions) {
  std::string parser = "try_" + column.type;
  std::transform(parser.begin(), parser.end(), parser.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  bool own =
      std::any_of(functions.begin(), functions.end(), [&](const Function& f) { return f.name == parser; });
  return own ? parser : "";
}

// What the values of a column are, for people.
std::string MeaningOf(const Column& column, const std::vector<Function>& functions) {
  static const std::map<std::string, std::string> kTypes = {
      {"INTEGER", "a whole number"}, {"BIGINT", "a whole number"},
      {"DOUBLE", "a number"},        {"DATE", "a date, as 2021-12-02"},
      {"BOOLEAN", "true or false"},  {"TIMESTAMP", "a time, as 2021-12-02 19:30:00"}};
  if (auto known = kTypes.find(column.type); known != kTypes.end()) return known->second;
  std::string parser = ParserOf(column, functions), meaning;
  for (const Function& function : functions)
    if (function.name == parser) meaning = function.about;
  if (meaning.empty()) return "a value of type " + column.type;
  for (const char* article : {"A ", "An "})
    if (meaning.starts_with(article)) meaning[0] = 'a';
  return meaning;
}

// One wording for all files that the engine refuses, without the name of its error and the statement.
Error CannotBeRead(const FoundFile& file, const Error& error) {
  std::string why = Trim(error.message.substr(0, error.message.find("\nLINE ")));
  if (size_t name = why.find(" Error: "); name < 20) why.erase(0, name + 8);
  return {ErrorKind::kSource,
          fmt::format("{} cannot be read: {}", file.Named(), ReplaceAll(why, file.Bytes(), "the file")),
          kFix};
}

// What a feed's column is where a file does not have it.
std::string NullSql(const Column& column, const std::vector<Function>& functions) {
  std::string parser = ParserOf(column, functions);
  return parser.empty() ? "CAST(NULL AS " + column.type + ")" : parser + "(CAST(NULL AS VARCHAR))";
}

// Nothing in a text cell, as its writers put it.
std::string GivenSql(const Column& column, bool text) {
  std::string value = Ident(column.name);
  return text ? "NULLIF(NULLIF(" + value + ", ''), 'NaN')" : value;
}

// A feed's column cast from what the file holds; an error on what does not parse.
std::string CastSql(const Column& column, bool text, bool strict, const std::vector<Function>& functions) {
  std::string value = GivenSql(column, text);
  if (column.type == "VARCHAR") return text ? value : "CAST(" + value + " AS VARCHAR)";
  std::string parser = ParserOf(column, functions);
  if (parser.empty()) return fmt::format("{}({} AS {})", strict ? "CAST" : "TRY_CAST", value, column.type);
  std::string parsed = fmt::format("{}(CAST({} AS VARCHAR))", parser, value);
  if (!strict) return parsed;
  return fmt::format(
      R"sql(CASE WHEN {value} IS NOT NULL
        THEN coalesce({parsed}, error('Conversion Error: a value that does not parse')) END)sql",
      fmt::arg("value", value), fmt::arg("parsed", parsed));
}

// A feed's column under the name by which a file with these columns has it (lower
// case, with types): its own, or another by which files call it. Nothing without either.
std::optional<Column> Given(const Feed& feed, const Column& column,
                            const std::map<std::string, std::string>& types) {
  if (types.contains(Lower(column.name))) return column;
  for (const auto& [there, here] : feed.also)
    if (here == column.name && types.contains(Lower(there)))
      return Column{there, column.type, column.about, column.optional};
  return {};
}

// In the temp table of a feed: whether a lenient column's value did not parse.
std::string UnparsedName(const Column& column) { return "unparsed " + column.name; }

// How the kind of a file is known: by the name of the member of an archive, else by its own.
std::string KindName(const FoundFile& file) { return Lower(file.member.empty() ? file.path : file.member); }

bool IsJson(const FoundFile& file) {
  return KindName(file).ends_with(".json") || KindName(file).ends_with(".json.gz");
}

// The documents of JSON files, one row each. A byte order mark is not a part of one; NaN is a number.
// The path of a remote one is told from where its bytes are (see Finder).
std::string DocumentsSql(const std::vector<FoundFile>& files, const std::string& cache) {
  std::vector<std::string> paths, members;
  for (const FoundFile& file : files) {
    paths.push_back(Quote(file.Bytes()));
    if (!file.member.empty())
      members.push_back(fmt::format(
          "WHEN starts_with(filename, {0}) THEN {1} || substr(filename, length({0}) + 1)",
          Quote(file.unpacked.substr(0, file.unpacked.size() - file.member.size())), Quote(file.path + "/")));
  }
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return fmt::format(R"sql(
      SELECT CASE {members} WHEN starts_with(filename, {cache})
          THEN regexp_replace(substr(filename, length({cache}) + 1), '^([a-z0-9]+)/', '\1://')
          ELSE filename END AS file,
        json AS document
      FROM read_json_objects([{paths}], format = 'unstructured', filename = true))sql",
                     fmt::arg("members", Join(members, " ")), fmt::arg("cache", Quote(cache + "/")),
                     fmt::arg("paths", Join(paths, ", ")));
}

}  // namespace

std::string EmptyFeedSql(const Feed& feed, const std::vector<Function>& functions) {
  std::string columns;
  for (const Column& column : feed.columns)
    columns += NullSql(column, functions) + " AS " + Ident(column.name) + ", ";
  if (feed.snapshots) columns += "CAST(NULL AS TIMESTAMP) AS snapshot_at, ";
  return "SELECT " + columns +
         "CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS file_row, CAST(NULL AS VARCHAR) AS "
         "feed_season "
         "LIMIT 0";
}

// The fields of a CSV's first line.
Result<std::vector<std::string>> FeedReader::CsvHeader(const FoundFile& file) {
  if (auto known = headers_.find(file.Bytes()); known != headers_.end()) return known->second;
  std::string path = file.Named();
  auto first =
      connection_.Query(fmt::format(R"sql(
      SELECT line FROM read_csv({file}, auto_detect = false, header = false, delim = '{no_delimiter}', quote = '',
        escape = '', columns = {{'line': 'VARCHAR'}}, ignore_errors = true) LIMIT 1)sql",
                                    fmt::arg("file", Quote(file.Bytes())), fmt::arg("no_delimiter", '\x01')));
  if (!first && first.error().kind == ErrorKind::kInterrupted) return first.error();
  if (!first) return CannotBeRead(file, first.error());
  std::vector<std::string> fields(1);
  if (first->size() == 0)
    return Error{ErrorKind::kSource, fmt::format("{} is empty", path), "a file with a header line"};
  std::string line = first->Text(0, 0);
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '"' && quoted && line.substr(i + 1, 1) == "\"")
      fields.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else if (c != '\r')
      fields.back() += c;
  }
  if (fields.size() > 10'000)
    return Error{ErrorKind::kSource,
                 fmt::format("{}: its first line has {}", path, Counted(int64_t(fields.size()), "field")),
                 "a file with a header line"};
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) fields[i] = fmt::format("column_{}", i + 1);
    for (size_t j = 0; j < i; ++j)
      if (fields[i] == fields[j]) fields[i] += fmt::format("_{}", i + 1);
  }
  return headers_[file.Bytes()] = fields;
}

Result<std::map<std::string, std::string>> FeedReader::TypesOf(const std::string& reader) {
  if (auto known = types_.find(reader); known != types_.end()) return known->second;
  Rows described =
      TRY(connection_.Query("SELECT lower(column_name), column_type FROM (DESCRIBE " + reader + ")"));
  std::map<std::string, std::string>& types = types_[reader];
  for (size_t i = 0; i < described.size(); ++i)
    types[described.Text(i, 0)] = described.Text(i, 1);
  return types;
}

Result<std::string> FeedReader::ReaderSql(const Feed& feed, const std::vector<FoundFile>& files) {
  if (IsJson(files.front()) && !feed.rows.empty())
    return fmt::format("WITH documents AS ({}) SELECT * FROM (\n{}\n)",
                       DocumentsSql(files, project_.stores.cache), feed.rows);
  const std::string &path = files.front().Bytes(), kind = KindName(files.front());
  auto of_file = [&](const std::string& select) {
    return fmt::format("SELECT *, {} AS file FROM ({})", Quote(files.front().Source()), select);
  };
  if (kind.ends_with(".parquet"))
    return of_file(fmt::format(R"sql(
        SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS file_row
        FROM read_parquet({path}, file_row_number = true))sql",
                               fmt::arg("path", Quote(path))));
  if (kind.ends_with(".csv") || kind.ends_with(".csv.gz")) {
    std::string columns;
    for (const std::string& field : TRY(CsvHeader(files.front())))
      columns += fmt::format("{}{}: 'VARCHAR'", columns.empty() ? "" : ", ", Quote(field));
    return of_file(fmt::format(R"sql(
        SELECT *, row_number() OVER () AS file_row
        FROM read_csv({path}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
          columns = {{{columns}}}))sql",
                               fmt::arg("path", Quote(path)), fmt::arg("columns", columns)));
  }
  if (kind.ends_with(".xlsx")) {
    if (!excel_loaded_)
      TRY(connection_.Execute("LOAD " + Quote(LibraryFolder() + "/excel.duckdb_extension")));
    excel_loaded_ = true;
    return of_file(fmt::format(
        "SELECT *, row_number() OVER () AS file_row FROM read_xlsx({}, all_varchar = true, header = true)",
        Quote(path)));
  }
  return Error{ErrorKind::kSource,
               fmt::format("{}: feed {} has no documents", files.front().Named(), feed.name),
               "a table: .csv, .parquet or .xlsx"};
}

Result<> FeedReader::KnowsKind(const FoundFile& file) {
  for (const char* ending : {".json", ".json.gz", ".csv", ".csv.gz", ".parquet", ".xlsx"})
    if (KindName(file).ends_with(ending)) return {};
  if (IsArchive(file.path)) return {};
  return Error{ErrorKind::kSource, fmt::format("{}: unknown file type", file.path),
               "unpack or convert it, or set another path under [feeds]; supported: .json, .csv, each also "
               "with .gz, .xz, .zip, .tar.gz or .tar.xz, .parquet and .xlsx"};
}

Result<> FeedReader::CheckShapes(const std::vector<FoundFile>& files) {
  for (const FoundFile& file : files) {
    TRY(KnowsKind(file));
    if (checked_.contains(file.path)) continue;
    TRY(CheckShape(file));
    checked_.insert(file.path);
  }
  return {};
}

Result<std::string> FeedReader::CastedSql(const Feed& feed, const std::vector<FoundFile>& files) {
  TRY(CheckShapes(files));
  std::string reader = TRY(ReaderSql(feed, files));
  auto described = TypesOf(reader);
  std::string path = files.front().Named();
  if (!described && described.error().kind == ErrorKind::kInterrupted) return described.error();
  if (!described) return CannotBeRead(files.front(), described.error());
  std::map<std::string, std::string>& types = *described;
  std::vector<std::string> columns;
  for (const Column& column : feed.columns) {
    auto given = Given(feed, column, types);
    bool read = IsRead(feed, column);
    if (!given && !column.optional && read) {
      std::vector<std::string> names;
      for (const auto& [have, of] : types)
        names.push_back(have);
      return Error{ErrorKind::kSource,
                   fmt::format("{} has no column '{}', which feed {} needs", path, column.name, feed.name),
                   fmt::format("its columns: {}; another file, or another path under [feeds]",
                               Suggestion(Lower(column.name), names))};
    }
    bool text = given && types[Lower(given->name)] == "VARCHAR";
    std::string value = given && read ? CastSql(*given, text, !column.lenient, project_.functions)
                                      : NullSql(column, project_.functions);
    columns.push_back(value + " AS " + Ident(column.name));
    if (column.lenient)
      columns.push_back(
          (given ? fmt::format("{} IS NOT NULL AND {} IS NULL", GivenSql(*given, text), value) : "false") +
          " AS " + Ident(UnparsedName(column)));
  }
  const std::string& season = files.front().season;
  return fmt::format("SELECT {}, file, CAST(file_row AS BIGINT) AS file_row, {} AS feed_season FROM ({})",
                     Join(columns, ", "), season.empty() ? "CAST(NULL AS VARCHAR)" : Quote(season), reader);
}

Result<> FeedReader::Read(const Feed& feed, const std::vector<FoundFile>& found) {
  std::vector<FoundFile> files = WithMembers(found);
  // One SELECT reads a table alone, since each has its own columns; the documents of a season together.
  std::vector<std::string> documents, tables;
  for (size_t from = 0, to = 0; from < files.size(); from = to) {
    for (to = from + 1; IsJson(files[from]) && to < files.size() && IsJson(files[to]) &&
                        files[to].season == files[from].season;)
      ++to;
    (IsJson(files[from]) ? documents : tables)
        .push_back(TRY(CastedSql(feed, {files.begin() + long(from), files.begin() + long(to)})));
  }
  if (files.empty()) {
    std::vector<std::string> columns;
    for (const Column& column : feed.columns) {
      columns.push_back(NullSql(column, project_.functions) + " AS " + Ident(column.name));
      if (column.lenient) columns.push_back("false AS " + Ident(UnparsedName(column)));
    }
    tables.push_back(fmt::format(R"sql(
        SELECT {columns}, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS file_row,
          CAST(NULL AS VARCHAR) AS feed_season WHERE false)sql",
                                 fmt::arg("columns", Join(columns, ", "))));
  }
  std::string name = Ident("feed_" + feed.name);
  if (!documents.empty()) {
    // Rows of documents are numbered by what they are, not by when they come; kept in order, each file would
    // hold blocks of its own.
    TRY(connection_.Execute("SET preserve_insertion_order = false"));
    auto made = connection_.Execute(
        fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {}", name, Join(documents, " UNION ALL ")));
    if (!made)
      return made;  // the transaction is lost, and with it all but a rollback: Diagnose sets the order back
    TRY(connection_.Execute("SET preserve_insertion_order = true"));
  }
  // Each file has buffers of its own while its statement runs: many are read in several.
  constexpr size_t kAtOnce = 32;
  for (size_t i = 0; i < tables.size(); i += kAtOnce) {
    std::vector<std::string> some(tables.begin() + long(i),
                                  tables.begin() + long(std::min(tables.size(), i + kAtOnce)));
    bool first = i == 0 && documents.empty();
    TRY(connection_.Execute(
        (first ? "CREATE OR REPLACE TEMP TABLE " + name + " AS " : "INSERT INTO temp." + name + " ") +
        Join(some, " UNION ALL ")));
  }
  return CheckDocuments(feed, files);
}

Result<std::string> FeedReader::TablesSql(const Feed& feed, const std::vector<FoundFile>& files) {
  std::vector<std::string> tables;
  for (const FoundFile& file : WithMembers(files))
    tables.push_back(TRY(CastedSql(feed, {file})));
  return Join(tables, " UNION ALL ");
}

bool FeedReader::IsRead(const Feed& feed, const Column& column) {
  auto [words, fresh] = words_.try_emplace(feed.name);
  if (fresh) {
    auto add = [&](const std::string& sql) {
      for (const std::string& word : SqlTokens(sql))
        words->second.insert(
            Lower(word.starts_with('"') ? ReplaceAll(word.substr(1, word.size() - 2), "\"\"", "\"") : word));
    };
    for (const Source& source : project_.sources)
      for (const auto* list : {&source.feeds, &source.optional_feeds, &source.any_of})
        if (std::find(list->begin(), list->end(), feed.name) != list->end()) add(source.body);
    add(feed.belongs + " " + feed.lasting);
    for (const std::string& key : feed.key)
      words->second.insert(Lower(key));
    for (const RawTable& table : project_.raw_tables)  // by the unit it is known what files hold
      words->second.insert(Lower(table.unit));
  }
  bool own = project_.FindFeed(feed.name) == nullptr;  // of a raw table's own shape: all of it
  return own || words->second.contains(Lower(column.name));
}

Result<std::map<std::string, int64_t>> FeedReader::Unparsed(const Feed& feed) {
  std::map<std::string, int64_t> unparsed;
  for (const Column& column : feed.columns) {
    if (!column.lenient) continue;
    Rows rows = TRY(connection_.Query(fmt::format("SELECT count(*) FROM temp.{} WHERE {}",
                                                  Ident("feed_" + feed.name), Ident(UnparsedName(column)))));
    if (rows.Int(0, 0)) unparsed[column.name] = rows.Int(0, 0);
  }
  return unparsed;
}

// A file without rows must still hold one document of the feed's kind: an empty
// file, a list of errors or another endpoint's answer gives no rows either.
Result<> FeedReader::CheckDocuments(const Feed& feed, const std::vector<FoundFile>& files) {
  if (std::none_of(files.begin(), files.end(), IsJson)) return {};
  Rows rows =
      TRY(connection_.Query(fmt::format("SELECT DISTINCT file FROM temp.{}", Ident("feed_" + feed.name))));
  std::set<std::string> with_rows;
  for (size_t i = 0; i < rows.size(); ++i)
    with_rows.insert(rows.Text(i, 0));
  std::vector<FoundFile> silent;
  for (const FoundFile& file : files)
    if (IsJson(file) && !with_rows.contains(file.Source())) silent.push_back(file);
  if (silent.empty()) return {};
  Rows told = TRY(connection_.Query(
      fmt::format("SELECT file, CAST(bool_and(coalesce({}, false)) AS INTEGER) FROM ({}) GROUP BY file",
                  feed.holds, DocumentsSql(silent, project_.stores.cache))));
  std::map<std::string, bool> kinds;  // whether it is a document of the feed, by file
  for (size_t i = 0; i < told.size(); ++i)
    kinds[told.Text(i, 0)] = told.Int(i, 1) == 1;
  for (const FoundFile& file : silent) {
    auto kind = kinds.find(file.Source());
    if (kind == kinds.end())
      return Error{ErrorKind::kSource, file.Named() + " is empty", "fetch it again; nothing was loaded"};
    if (!kind->second)
      return Error{
          ErrorKind::kSource,
          fmt::format("{} holds JSON, but not that of feed {}: {}", file.Named(), feed.name, feed.about),
          "fetch it again, or another path under [feeds]; nothing was loaded"};
  }
  return {};
}

Error FeedReader::Diagnose(const Feed& feed, const std::vector<FoundFile>& found, const Error& error) {
  std::vector<FoundFile> files = WithMembers(found);
  if (auto ordered = connection_.Execute("SET preserve_insertion_order = true"); !ordered)
    return ordered.error();
  for (const FoundFile& file : files) {
    auto readable =
        IsJson(file)
            ? connection_.Query("SELECT count(*) FROM (" + DocumentsSql({file}, project_.stores.cache) + ")")
            : Result<Rows>(Rows());
    if (!readable) {
      auto start = connection_.Query(fmt::format(
          "SELECT regexp_replace(CAST(content[1:60] AS VARCHAR), '\\s+', ' ', 'g') FROM read_blob({})",
          Quote(file.Bytes())));
      return Error{ErrorKind::kSource,
                   fmt::format("{} holds no JSON: {}; it begins with '{}'", file.Named(),
                               readable.error().message, start && start->size() ? start->Text(0, 0) : ""),
                   "fetch it again, then load; nothing was loaded"};
    }
    auto reader = ReaderSql(feed, {file});
    if (!reader) return reader.error();
    if (auto all = connection_.Query("SELECT count(COLUMNS(*)) FROM (" + *reader + ")"); !all)
      return CannotBeRead(file, all.error());
    auto described = TypesOf(*reader);
    if (!described) break;
    std::map<std::string, std::string>& types = *described;
    std::vector<std::string> found;
    for (const Column& column : feed.columns) {
      auto given = Given(feed, column, types);
      if (!given || column.type == "VARCHAR" || column.lenient || !IsRead(feed, column)) continue;
      bool text = types[Lower(given->name)] == "VARCHAR";
      std::string value = GivenSql(*given, text);
      auto bad = connection_.Query(fmt::format(
          R"sql(
          SELECT CAST(file_row AS BIGINT), CAST({value} AS VARCHAR) FROM ({reader})
          WHERE {value} IS NOT NULL AND {parsed} IS NULL ORDER BY file_row LIMIT {most})sql",
          fmt::arg("value", value), fmt::arg("reader", *reader),
          fmt::arg("parsed", CastSql(*given, text, false, project_.functions)),
          fmt::arg("most", kMostValues - found.size())));
      for (size_t i = 0; bad && i < bad->size(); ++i)
        found.push_back(fmt::format("row {}, column {}: '{}' is not {}", bad->Int(i, 0), given->name,
                                    bad->Text(i, 1).substr(0, 80), MeaningOf(column, project_.functions)));
      if (found.size() >= kMostValues) break;
    }
    if (!found.empty())
      return Error{ErrorKind::kSource, fmt::format("{}: {}", file.Named(), Join(found, "; ")), kFix};
  }
  return Error{ErrorKind::kSource, fmt::format("feed {}: {}", feed.name, error.message), kFix};
}

Result<std::map<std::string, std::string>> FeedReader::SeasonsWithin(const Feed& feed,
                                                                     const std::vector<FoundFile>& files) {
  std::map<std::string, std::string> seasons;
  std::map<std::string, std::vector<FoundFile>> documents;  // by path: of an archive all
  for (const FoundFile& file : WithMembers(files))
    if (IsJson(file)) documents[file.path].push_back(file);
  for (const auto& [path, within] : documents) {
    // One that is not a document is told of when it is loaded. Documents of several seasons tell none.
    auto told = connection_.Query(fmt::format(
        "SELECT min(season) FROM (SELECT {} AS season FROM ({})) HAVING count(DISTINCT season) = 1",
        feed.document_season, DocumentsSql(within, project_.stores.cache)));
    if (!told && told.error().kind == ErrorKind::kInterrupted) return told.error();
    if (told && told->size()) seasons[path] = told->Text(0, 0);
  }
  return seasons;
}

Result<> FeedReader::Try(const Feed& feed, const std::vector<FoundFile>& files) {
  TRY(CheckShapes(files));
  auto read = Read(feed, files);
  if (!read && (read.error().kind == ErrorKind::kData || read.error().kind == ErrorKind::kModel))
    read = Diagnose(feed, files, read.error());
  TRY(connection_.Execute(fmt::format("DROP TABLE IF EXISTS temp.{}", Ident("feed_" + feed.name))));
  return read;
}

bool FeedReader::Fits(const Feed& feed, const FoundFile& file) {
  std::vector<FoundFile> members = WithMembers({file});
  return std::any_of(members.begin(), members.end(), [&](const FoundFile& one) {
    if (!IsJson(one)) return bool(CastedSql(feed, {one}));
    if (feed.rows.empty()) return false;
    auto kind = connection_.Query(
        fmt::format("SELECT CAST(coalesce(bool_and(coalesce({}, false)), false) AS INTEGER) FROM ({})",
                    feed.holds, DocumentsSql({one}, project_.stores.cache)));
    return kind && kind->Int(0, 0) == 1;
  });
}

}  // namespace backcourt
