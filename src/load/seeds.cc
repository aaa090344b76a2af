// The seeds of a load: small tables of the pack and of the project, as they are.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ledger/declarations.h"
#include "ledger/history.h"
#include "ledger/models.h"
#include "load/loader.h"
#include "load/raw_table_sql.h"
#include "project/seed_file.h"
#include "project/sql_text.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

// An error of reading a seed names the file; that a load was interrupted is no fault of it.
Error OfSeed(const FoundFile& file, Error error) {
  if (error.kind == ErrorKind::kInterrupted) return error;
  return {ErrorKind::kSource, fmt::format("{}: {}", file.path, error.message), ""};
}

}  // namespace

// A seed is read, compared and kept in one go: its steps share all that was read.
// NOLINTNEXTLINE(readability-function-size)
Result<> Loader::LoadSeeds(LoadReport& report) {
  std::vector<std::string> made;
  for (const Seed& seed : project_.seeds) {
    const std::vector<FoundFile>& files = sources_.files().at("seed " + seed.name);
    auto known = [&](const FoundFile& file) {
      return std::any_of(loaded_.begin(), loaded_.end(), [&](const ledger::LoadedFile& f) {
        return f.feed == "seed " + seed.name && f.path == file.path && f.size == file.size &&
               f.mtime == file.mtime;
      });
    };
    auto of_seed = std::count_if(loaded_.begin(), loaded_.end(),
                                 [&](const ledger::LoadedFile& f) { return f.feed == "seed " + seed.name; });
    ledger::StoredDeclaration& declared = declared_[seed.name];
    bool ours = declared.kind == kSeedKind;
    bool unchanged =
        ours && size_t(of_seed) == files.size() && std::all_of(files.begin(), files.end(), known);
    if (unchanged && !checking_) continue;
    TRY(EnsureRun(report));
    if (auto problems = TRY(FindSeedProblems(seed, SeedDepth::kShape)); !problems.empty()) {
      Error error = ErrorOf(problems);
      error.kind = ErrorKind::kSource;
      return error;
    }
    for (const FoundFile& file : files) {
      std::string rows = fmt::format("FROM read_csv({}, header = true, sample_size = -1)", Quote(file.path));
      auto read = connection_.Execute("CREATE OR REPLACE TEMP TABLE seed_rows AS " + rows);
      if (!read) return OfSeed(file, read.error());
      if (&file == &files.front()) {
        TRY(connection_.Execute("CREATE OR REPLACE TEMP TABLE feed_seed AS FROM temp.seed_rows"));
        continue;
      }
      // The project's own rows stand in place of those of the pack with the same first column.
      Rows first = TRY(connection_.Query("SELECT column_name FROM (DESCRIBE feed_seed) LIMIT 1"));
      read = connection_.Execute(fmt::format(R"sql(
          DELETE FROM temp.feed_seed WHERE {first} IN (SELECT {first} FROM temp.seed_rows);
          INSERT INTO temp.feed_seed BY NAME FROM temp.seed_rows)sql",
                                             fmt::arg("first", Ident(first.Text(0, 0)))));
      if (!read) return OfSeed(file, read.error());
    }
    std::vector<std::string> columns;
    Columns typed = TRY(ColumnsOf(connection_, "feed_seed"));
    for (const auto& [name, type] : typed)
      columns.push_back(name);
    bool other_columns = !ours || declared.parts["columns"] != ColumnText(typed);
    std::vector<PartitionDigest> digests = TRY(DigestPartitions(connection_, {"feed_seed", "0", columns}));
    if (checking_) {
      TRY(CompareSeed(seed.name, digests.empty() ? PartitionDigest{} : digests[0], columns,
                      files.front().path));
      continue;
    }
    Cell cell;
    cell.state = CellState::kFresh;
    if (!digests.empty()) cell.rows = digests[0].rows, cell.digest = digests[0].digest;
    cell.run = cell.changed = report.run;
    const Cell* before = cells_[seed.name].Find(0);
    TRY(ledger::RemoveFiles(connection_, "seed " + seed.name, ""));
    for (const FoundFile& file : files) {
      TRY(ledger::WriteFiles(connection_,
                             {{"seed " + seed.name, file.path, "", file.size, file.mtime, report.run}}));
      report.files.push_back(file.path);
    }
    if (!before || before->digest != cell.digest || other_columns) {
      if (project_.KeepsHistory()) TRY(ledger::KeepWhole(connection_, report.run, seed.name));
      TRY(DropRelation(connection_, seed.name));
      TRY(connection_.Execute(fmt::format("CREATE TABLE main.{} AS FROM feed_seed", Ident(seed.name))));
      if (!ours) TRY(ledger::RemoveCells(connection_, seed.name));
      TRY(ledger::ForgetModel(connection_, seed.name));
      TRY(ledger::WriteDeclaration(connection_, seed.name, {kSeedKind, {{"columns", ColumnText(typed)}}}));
      made.push_back(seed.name);
      TRY(ledger::WriteCells(connection_, seed.name, {cell}));
      cells_[seed.name].Put(cell);
      changed_tables_.insert(seed.name);
      ++report.changed_cells;
    }
  }
  return ledger::KeepColumns(connection_, made);
}

}  // namespace backcourt
