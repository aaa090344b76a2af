#include "ledger/declarations.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ledger/schema.h"

namespace backcourt::ledger {

namespace {

// Parts of backcourt.bases.
constexpr const char *kColumns = "columns", *kBeside = "beside", *kFirstDay = "first day";

// The columns of tables of the schema main as one text a table.
constexpr const char* kLiveColumns = R"sql(
    SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) AS columns
    FROM duckdb_columns() WHERE database_name = 'wh' AND schema_name = 'main' GROUP BY 1)sql";

// Keeps a row a name and part unless one is there; `rows` is a relation (name, text).
std::string Keep(const char* part, const std::string& rows) {
  return fmt::format(R"sql(
      INSERT INTO backcourt.bases SELECT r.name, '{part}', r.text, r.text FROM {rows} AS r(name, text)
      WHERE r.name NOT IN (SELECT name FROM backcourt.bases WHERE part = '{part}'))sql",
                     fmt::arg("part", part), fmt::arg("rows", rows));
}

Digest SchemaOf(const std::string& base, const std::string& now) {
  return base == now ? Digest{} : Hasher().Add(now).Finish();
}

}  // namespace

Result<std::map<std::string, StoredDeclaration>> ReadDeclarations(Connection& connection) {
  std::map<std::string, StoredDeclaration> declared;
  Rows rows = TRY(
      connection.Query("SELECT table_name, kind, part, text FROM backcourt.declarations WHERE kind <> ''"));
  for (size_t i = 0; i < rows.size(); ++i) {
    StoredDeclaration& one = declared[rows.Text(i, 0)];
    one.kind = rows.Text(i, 1);
    one.parts[rows.Text(i, 2)] = rows.Text(i, 3);
  }
  return declared;
}

Result<> WriteDeclaration(Connection& connection, const std::string& table,
                          const StoredDeclaration& declared) {
  std::string values;
  for (const auto& [part, text] : declared.parts)
    values += fmt::format("{}({}, {}, {}, {})", values.empty() ? "" : ", ", Quote(table),
                          Quote(declared.kind), Quote(part), Quote(text));
  return connection.Execute(fmt::format(R"sql(
      DELETE FROM backcourt.declarations WHERE table_name = {table};
      INSERT INTO backcourt.declarations VALUES {values})sql",
                                        fmt::arg("table", Quote(table)), fmt::arg("values", values)));
}

namespace {

// Keeps what a relation (table_name, columns) tells.
Result<> KeepToldColumns(Connection& connection, const std::string& told) {
  TRY(connection.Execute(Keep(kColumns, told)));
  return connection.Execute(fmt::format(R"sql(
      UPDATE backcourt.bases AS b SET now = l.columns FROM {told} AS l(table_name, columns)
      WHERE b.name = l.table_name AND b.part = '{part}' AND b.now <> l.columns)sql",
                                        fmt::arg("told", told), fmt::arg("part", kColumns)));
}

}  // namespace

Result<> KeepColumns(Connection& connection, const std::vector<std::string>& tables) {
  if (tables.empty()) return {};
  std::vector<std::string> quoted;
  for (const std::string& table : tables)
    quoted.push_back(Quote(table));
  return KeepToldColumns(connection, fmt::format("(SELECT * FROM ({}) WHERE table_name IN ({}))",
                                                 kLiveColumns, Join(quoted, ", ")));
}

Result<> KeepColumns(Connection& connection, const std::string& table, const NamedTexts& columns) {
  std::vector<std::string> typed;
  for (const auto& [name, type] : columns)
    typed.push_back(name + " " + type);
  return KeepToldColumns(connection,
                         fmt::format("(VALUES ({}, {}))", Quote(table), Quote(Join(typed, ", "))));
}

Result<> KeepAllColumns(Connection& connection) {
  return connection.Execute(Keep(kColumns, fmt::format("({})", kLiveColumns)));
}

Result<Digest> ReadSchema(Connection& connection, const std::string& table) {
  Rows rows = TRY(connection.Query(fmt::format(
      "SELECT base, now FROM backcourt.bases WHERE name = {} AND part = '{}'", Quote(table), kColumns)));
  return rows.size() == 1 ? SchemaOf(rows.Text(0, 0), rows.Text(0, 1)) : Digest{};
}

Result<> KeepBeside(Connection& connection, const Model& model) {
  return connection.Execute(
      Keep(kBeside, fmt::format("(VALUES ({}, '{}'))", Quote(model.name), model.beside.Hex())));
}

Result<> ReadBases(Connection& connection, const Project& project, Cells& cells) {
  Rows rows = TRY(connection.Query(fmt::format(
      "SELECT name, part, base, now FROM backcourt.bases WHERE part IN ('{}', '{}')", kColumns, kBeside)));
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string& name = rows.Text(i, 0);
    if (rows.Text(i, 1) == kColumns) {
      if (Digest schema = SchemaOf(rows.Text(i, 2), rows.Text(i, 3)); schema != Digest{})
        cells[name].schema = schema;
    } else if (const Model* model = project.FindModel(name);
               model && model->beside.Hex() != rows.Text(i, 2)) {
      cells[name].beside = model->beside;
    }
  }
  return {};
}

Result<std::map<std::string, Date>> ReadFirstDays(Connection& connection) {
  std::map<std::string, Date> days;
  Rows rows = TRY(
      connection.Query(fmt::format("SELECT name, base FROM backcourt.bases WHERE part = '{}'", kFirstDay)));
  for (size_t i = 0; i < rows.size(); ++i)
    if (auto day = Date::Parse(rows.Text(i, 1))) days[rows.Text(i, 0)] = *day;
  return days;
}

Result<> KeepFirstDays(Connection& connection, const std::map<std::string, Date>& first_days) {
  std::string values;
  for (const auto& [season, day] : first_days)
    values += fmt::format("{}({}, '{}')", values.empty() ? "" : ", ", Quote(season), day.Str());
  if (values.empty()) return {};
  return connection.Execute(Keep(kFirstDay, "(VALUES " + values + ")"));
}

}  // namespace backcourt::ledger
