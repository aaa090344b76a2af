// A project: a folder with backcourt.toml, and the pack (sources, models,
// seeds, functions) that it uses, its own or another project's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/store_options.h"
#include "project/accepted.h"
#include "project/bigquery_target.h"
#include "project/lookup.h"
#include "project/model.h"
#include "project/notify.h"
#include "project/problem.h"
#include "project/spark_place.h"

namespace backcourt {

struct Seed {
  std::string name, file;
  std::string own;  // the project's own rows, which go before those of the pack with the same first column;
                    // may be empty
};

// A function of the prelude, as `CREATE MACRO name(...) AS ...`, or as Spark has it, `CREATE TEMPORARY
// FUNCTION name(...) RETURN ...`.
struct Function {
  std::string name, statement;
  std::string file = "";   // that has it
  int line = 1;            // of its statement
  std::string about = "";  // the comment in the line before it, up to a semicolon
};

// A file, a function or a feed of a project's own that stands over its pack.
struct Overlay {
  std::string kind, name, file;  // kind: model, check, source, table, feed, seed or function
  std::string replaces;  // the pack's file; of a seed the one whose rows its own go before; empty: it is new
};

// A model, a raw table or a check that cannot be used: its file is broken, or a table that it reads is left
// out.
struct LeftOut {
  std::string name, file;
  bool is_check = false;
  std::string because;  // the problem of its file, with its place; or the table that it reads, and why
};

struct Project {
  std::string root;  // folder of backcourt.toml
  std::string pack;  // folder of feeds.toml, tables/, sources/, models/, checks/, seeds/, functions/
  std::string name;

  // [warehouse]
  std::string warehouse;  // the file
  int threads = 2;
  // What the engine may take. Where a project does not say, loads and fills, which stream, take less than all
  // else: with what the engine does not count, the program then stays below 700 MB.
  std::string memory_limit;
  std::string EngineMemory() const { return memory_limit.empty() ? "640MB" : memory_limit; }
  std::string LoadMemory() const { return memory_limit.empty() ? "330MB" : memory_limit; }
  std::string FillMemory() const { return memory_limit.empty() ? "410MB" : memory_limit; }
  std::optional<SparkPlace> spark;  // where the rows of models are; nothing: in the file

  // [data]
  std::string data;  // folder of the files as they come; may be empty
  std::map<std::string, std::vector<std::string>> feed_paths;  // [feeds]: patterns in place of the pack's
  std::map<std::string, std::string> stand_ins;  // files read in place of those at paths below it
  std::vector<std::string> seasons;              // only these are loaded; empty: all there are

  // [history]: for how many seconds what was replaced is kept; 0: not at all; none: for ever
  std::optional<int64_t> keep_history;
  bool KeepsHistory() const { return keep_history != 0; }

  std::string publish_folder;  // [publish]: where tables are published after each backfill; may be empty

  BigQueryTarget bigquery;  // [publish.bigquery]

  StoreOptions stores;  // [stores]

  // [league]: what the pack's SQL calls as functions league_KEY(), as SQL values.
  std::map<std::string, std::string> league;
  // What stands for the label of a season in patterns of files: {season} as 2021-22, {year} as 2021.
  const char* SeasonMark() const;

  // [sources]
  std::vector<std::string> prefer;  // sources or feeds that serve before all others
  std::map<std::string, std::string>
      lake_tables;                 // tables of the engine's catalog, by the raw table they are
  std::vector<Accepted> accepted;  // gaps that `check` shows and does not count

  // [calendar]: which raw tables tell what is played, what is over, what has its boxes
  std::string schedule, results;
  std::vector<std::string> boxes;
  std::string history;             // what was known of the schedule, and when; may be empty
  std::vector<std::string> types;  // kinds of games that tables hold

  std::vector<Lookup>
      lookups;            // options of `show` that pick rows; the project's own stand in place of the pack's
  KeyLines lookup_lines;  // of the backcourt.toml that has them

  KeyLines lines;  // of its own backcourt.toml
  // Where [calendar] names its tables: in the pack's or in its own.
  std::map<std::string, std::string> calendar_lines;

  // [daily], in seconds: between two looks, and after the end of the last game until a date is late
  int daily_every = 300, daily_late_after = 6 * 3600;
  Notify notify;  // [notify]

  // [policy]
  bool block_on_missing_games = false;
  bool ahead_all = false;  // all dates to come are due, not only the next two

  std::vector<Feed> feeds;
  std::vector<RawTable> raw_tables;
  std::vector<Source> sources;  // by rank, then name
  std::vector<Seed> seeds;
  std::vector<Function> functions;
  std::vector<Function> spark_functions;  // where the engine is Spark: those that models and checks call
  std::vector<Model> models;              // inputs before what reads them
  std::vector<Check> checks;              // by name

  std::vector<Overlay> overlays;

  // What is wrong in the files of single models and checks, and what is left out for it. Stored rows of what
  // is left out stay readable.
  std::vector<FileProblem> problems;
  std::vector<LeftOut> left_out;
  const LeftOut* FindLeftOut(const std::string& table) const;  // a model or a raw table
  // Of the problems, those of what a load stands on: feeds, raw tables, sources, seeds, functions and
  // backcourt.toml. Nothing is loaded until they are fixed; stored rows stay readable.
  std::vector<FileProblem> base_problems;
  // Of these, those of backcourt.toml: nothing is written until they are fixed.
  std::vector<FileProblem> config_problems;
  // Why there is no calendar: [calendar] names what is not a raw table. Of a table whose file is broken the
  // stored rows are read.
  std::optional<Error> calendar_problem;
  // Of a word that names no table of `names`: that it is left out, what else it is, or which name is near.
  Error NoTable(const std::string& word, const std::vector<std::string>& names) const;

  const Feed* FindFeed(const std::string& name) const;
  // The patterns of a feed's files: the project's own, or the pack's below the data folder.
  std::vector<std::string> Patterns(const Feed& feed) const;
  // Those of files in a raw table's own shape.
  std::vector<std::string> Patterns(const RawTable& table) const;
  const RawTable* FindRaw(const std::string& name) const;
  const Seed* FindSeed(const std::string& name) const;
  const Model* FindModel(const std::string& name) const;
  std::vector<std::string> PublicTables() const;  // models that are neither helpers nor views
  std::vector<std::string> AllTables() const;     // every name that can be shown

  // The date column of a raw table or model; "" of undated ones.
  std::string DateColumn(const std::string& table) const;
  Grain GrainOf(const std::string& table) const;
  bool IsBoxes(const std::string& table) const;
  // A raw table of which the embedded file has no rows: one of the lake that neither the calendar nor a
  // source reads.
  bool IsReadInPlace(const RawTable& table) const;

  // Reads `folder`/backcourt.toml and all that it names. What is wrong with a file is among its problems; an
  // error only where nothing of the project can be known.
  static Result<Project> Load(const std::string& folder);
  // The same project with its warehouse elsewhere.
  static Result<Project> At(Project project, std::string warehouse, std::optional<SparkPlace> spark);
  // The nearest folder at or above `start` that holds a backcourt.toml.
  static Result<std::string> Find(const std::string& start);
};

}  // namespace backcourt
