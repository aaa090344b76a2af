// As what each table of the warehouse was made, and what fingerprints compare with.
#pragma once

#include <map>
#include <string>

#include "adbc/adbc.h"
#include "base/date.h"
#include "plan/cells.h"
#include "project/declaration.h"

namespace backcourt::ledger {

struct StoredDeclaration {
  std::string kind;  // raw, seed, model or view
  Declaration parts;
};
// By table; nothing in a warehouse of an earlier version.
Result<std::map<std::string, StoredDeclaration>> ReadDeclarations(Connection& connection);

// Replaces what is kept of the name, of whichever kind.
Result<> WriteDeclaration(Connection& connection, const std::string& table,
                          const StoredDeclaration& declared);

// Keeps the columns of tables as they are now, and as the first ones where none are kept.
Result<> KeepColumns(Connection& connection, const std::vector<std::string>& tables);
// The same of a table that is not in the file.
Result<> KeepColumns(Connection& connection, const std::string& table, const NamedTexts& columns);
// The same of all tables of which none are kept.
Result<> KeepAllColumns(Connection& connection);
// What CellSeries::schema of a table is by what is kept.
Result<Digest> ReadSchema(Connection& connection, const std::string& table);

// Keeps what is beside a model's SELECT, unless something is kept.
Result<> KeepBeside(Connection& connection, const Model& model);

// Sets what cells have beside digests: CellSeries::schema and beside.
Result<> ReadBases(Connection& connection, const Project& project, Cells& cells);

// The first days of seasons as they were when their cells were first filled, by label.
Result<std::map<std::string, Date>> ReadFirstDays(Connection& connection);
// Keeps those of seasons of which none is kept.
Result<> KeepFirstDays(Connection& connection, const std::map<std::string, Date>& first_days);

}  // namespace backcourt::ledger
