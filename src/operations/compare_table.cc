#include "operations/compare_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "operations/compare_reasons.h"
#include "warehouse/duckdb/catalog.h"

namespace backcourt {

namespace {

constexpr double kLeastShare = 0.02;  // of the differing rows: a reason for fewer is chance
constexpr double kLeastOfRows = 0.2;  // the same for reasons that compare with other rows
constexpr int64_t kLeastValues = 4;   // of fewer different values such reasons hold by chance

bool LooksBack(const Project& project, const Model& model) {
  for (const Read& read : model.reads) {
    for (const Window& window : read.windows)
      if (window.kind == Window::Kind::kSeasonBefore || window.kind == Window::Kind::kDaysBefore ||
          window.kind == Window::Kind::kGamesBefore)
        return true;
    const Model* input = project.FindModel(read.table);
    if (input && LooksBack(project, *input)) return true;
  }
  return false;
}

// A column of both. In joined rows ours is o_N, theirs t_N, and theirs as it is written x_N.
struct PairedColumn {
  std::string name, theirs, type, their_type;
  ValueKind kind = ValueKind::kText;
  int number = 0;
  bool keeps_text = false;

  std::string Ours() const { return fmt::format("o_{}", number); }
  std::string Theirs() const { return fmt::format("t_{}", number); }
  std::string Text() const { return keeps_text ? fmt::format("x_{}", number) : ""; }
};

// One table of both systems. What it stages on the bench is nobody else's.
class TableComparer {
 public:
  TableComparer(const Project& project, Moment& moment, const Comparison& known,
                const CompareRequest& request, const OurName& our_name)
      : project_(project),
        connection_(*moment.connection),
        bench_(*moment.bench),
        known_(known),
        request_(request),
        our_name_(our_name) {}

  Result<ComparedTable> Run(const OurTable& ours, const OtherTable& theirs) {
    ours_ = ours;
    report_.table = ours.name, report_.theirs = theirs.name, report_.path = theirs.path;
    auto stored = TRY(bench_.Describe(ours.name));
    auto described = ColumnsOf(connection_, fmt::format("(SELECT * FROM {})", theirs.rows));
    if (!described) return CannotRead(theirs, described.error());
    TRY(PairColumns(stored.value_or(Columns{}), *described, theirs));
    TRY(ChooseKey());
    if (!stored) report_.problem = "it is not filled here: `backcourt backfill " + ours.name + "`";
    if (!report_.problem.empty()) return report_;
    if (auto staged = StageKeys(theirs); !staged) return CannotRead(theirs, staged.error());
    TRY(CountRows());
    if (!report_.problem.empty()) return report_;
    TRY(CountColumns());
    if (report_.columns.empty()) return report_;
    TRY(StagePairs());
    TRY(StageNeighbours());
    for (ComparedColumn& column : report_.columns)
      TRY(Explain(column));
    return report_;
  }

 private:
  // The engine's message names file, line and column.
  static Error CannotRead(const OtherTable& theirs, Error error) {
    if (error.kind == ErrorKind::kInterrupted || error.kind == ErrorKind::kCapacity) return error;
    return Error{ErrorKind::kUsage, fmt::format("{} cannot be read: {}", theirs.path, error.message),
                 "a file that DuckDB reads"};
  }

  Result<> PairColumns(const Columns& stored, const Columns& described, const OtherTable& theirs) {
    std::map<std::string, std::pair<std::string, std::string>> known;  // by lower name
    std::vector<std::string> names;
    for (const auto& [name, type] : stored)
      known[Lower(name)] = {name, type}, names.push_back(name);
    std::set<std::string> paired;
    for (const auto& [name, type] : described) {
      auto found = known.find(Lower(our_name_(theirs.name, name)));
      if (found == known.end()) {
        report_.columns_only_there.push_back({name, Nearest(name, names)});
        continue;
      }
      const auto& [ours, our_type] = found->second;
      if (!paired.insert(ours).second)
        return Error{ErrorKind::kUsage, fmt::format("two columns of {} are {} here", theirs.path, ours),
                     "--map for one of them"};
      PairedColumn column{
          ours, name, our_type, theirs.texts ? "text" : type, ValueKindOf(our_type), int(columns_.size())};
      column.keeps_text = type == "VARCHAR" && column.kind != ValueKind::kText;
      columns_.push_back(column);
    }
    for (const std::string& name : names)
      if (!paired.contains(name)) report_.columns_only_here.push_back(name);
    return {};
  }

  const PairedColumn* FindColumn(const std::string& name) const {
    auto found =
        std::find_if(columns_.begin(), columns_.end(), [&](const auto& c) { return c.name == name; });
    return found == columns_.end() ? nullptr : &*found;
  }

  Result<> ChooseKey() {
    report_.key = request_.key.empty() ? ours_.key : request_.key;
    for (const std::string& name : report_.key) {
      if (FindColumn(name)) continue;
      std::vector<std::string> theirs;
      for (const OtherColumn& other : report_.columns_only_there)
        theirs.push_back(other.name);
      std::string near = Nearest(name, theirs);
      report_.problem =
          fmt::format("it has no column {} there, which identifies a row: --map {}={}, or --key", name,
                      near.empty() ? "THEIRS" : near, name);
    }
    date_ = FindColumn(ours_.date);
    return {};
  }

  // Ids with and without their zeros, and two names of one thing, are one key.
  std::string KeyOf(const PairedColumn& column, const std::string& value) const {
    if (column.kind != ValueKind::kText) return value;
    std::string key = value;
    for (const OtherNames& other : known_.names)
      if (std::count(other.columns.begin(), other.columns.end(), column.name))
        key = fmt::format("coalesce((SELECT max(n.ours) FROM ({}) n WHERE n.theirs = {}), {})", other.names,
                          value, value);
    return fmt::format("ltrim({}, '0')", key);
  }
  std::string Keys(const std::string& prefix = "") const {
    std::vector<std::string> keys;
    for (size_t i = 0; i < report_.key.size(); ++i)
      keys.push_back(fmt::format("{}k_{}", prefix, i));
    return Join(keys, ", ");
  }
  std::string SameKey(const std::string& left, const std::string& right) const {
    std::vector<std::string> same;
    for (size_t i = 0; i < report_.key.size(); ++i)
      same.push_back(fmt::format("{0}.k_{2} = {1}.k_{2}", left, right, i));
    return Join(same, " AND ");
  }

  // Keys, the date and the comparable values of columns. Wide tables are read as often as they are needed:
  // staged whole they would not fit into memory.
  std::string OurRows() const {
    std::vector<std::string> select = KeyColumns("o", &PairedColumn::name);
    select.push_back(ours_.date.empty() ? "NULL AS d" : fmt::format("o.{} AS d", Ident(ours_.date)));
    for (const PairedColumn& column : columns_)
      select.push_back(Comparable(column.kind, "o." + Ident(column.name)) + " AS " + column.Ours());
    return fmt::format("(SELECT {} FROM {} o)", Join(select, ", "), Ident(ours_.name));
  }
  std::string TheirRows() const {
    std::vector<std::string> select = KeyColumns("t", &PairedColumn::theirs);
    select.push_back(date_ ? Comparable(ValueKind::kDate, "t." + Ident(date_->theirs)) + " AS d"
                           : "NULL AS d");
    for (const PairedColumn& column : columns_) {
      select.push_back(Comparable(column.kind, "t." + Ident(column.theirs)) + " AS " + column.Theirs());
      if (column.keeps_text) select.push_back("t." + Ident(column.theirs) + " AS " + column.Text());
    }
    return fmt::format("(SELECT {} FROM {} t)", Join(select, ", "), their_rows_);
  }
  std::vector<std::string> KeyColumns(const std::string& prefix, std::string PairedColumn::*name) const {
    std::vector<std::string> keys;
    for (size_t i = 0; i < report_.key.size(); ++i) {
      const PairedColumn& column = *FindColumn(report_.key[i]);
      std::string value = Comparable(column.kind, prefix + "." + Ident(column.*name));
      keys.push_back(fmt::format("{} AS k_{}", KeyOf(column, value), i));
    }
    return keys;
  }
  std::string BothRows() const {
    return fmt::format("{} o JOIN {} t ON {} JOIN once n ON {}", OurRows(), TheirRows(), SameKey("o", "t"),
                       SameKey("o", "n"));
  }

  // our_keys, their_keys: keys and the date. once: keys that theirs has in one row. both_dates: dates of
  // both.
  Result<> StageKeys(const OtherTable& theirs) {
    their_rows_ = theirs.rows;
    if (theirs.texts) {  // parsed once
      TRY(bench_.Stage("their_texts", "SELECT * FROM " + theirs.rows));
      their_rows_ = "their_texts";
    }
    TRY(bench_.Stage("our_keys", fmt::format("SELECT {}, d FROM {}", Keys(), OurRows())));
    TRY(bench_.Stage("their_keys", fmt::format("SELECT {}, d FROM {}", Keys(), TheirRows())));
    TRY(bench_.Stage("both_dates",
                     "SELECT d FROM our_keys WHERE d IS NOT NULL INTERSECT SELECT d FROM their_keys"));
    TRY(bench_.Stage("once",
                     fmt::format("SELECT {0} FROM their_keys GROUP BY {0} HAVING count(*) = 1", Keys())));
    return {};
  }

  // pairs: rows of both, with the columns that differ.
  Result<> StagePairs() {
    std::vector<std::string> select = {Keys("o."), "o.d"};
    for (const ComparedColumn& column : report_.columns) {
      const PairedColumn& pair = *FindColumn(column.column);
      select.push_back(pair.Ours());
      select.push_back(pair.Theirs());
      if (pair.keeps_text) select.push_back(pair.Text());
    }
    TRY(bench_.Stage("pairs", fmt::format("SELECT {} FROM {}", Join(select, ", "), BothRows())));
    return {};
  }

  std::string OnBothDates() const { return date_ ? "r.d IN (SELECT d FROM both_dates)" : "TRUE"; }
  std::string Without(const std::string& rows, const std::string& others) const {
    return fmt::format("FROM {} r WHERE {} AND NOT EXISTS (SELECT 1 FROM {} s WHERE {})", rows, OnBothDates(),
                       others, SameKey("r", "s"));
  }

  Result<> CountRows() {
    if (date_) {
      Rows dates = TRY(bench_.Query(R"sql(
          SELECT count(*), coalesce(CAST(min(d) AS VARCHAR), ''), coalesce(CAST(max(d) AS VARCHAR), ''),
            (SELECT count(DISTINCT d) FROM our_keys) - count(*),
            (SELECT count(DISTINCT d) FROM their_keys) - count(*) FROM both_dates)sql"));
      report_.dates = dates.Int(0, 0);
      report_.first_date = dates.Text(0, 1), report_.last_date = dates.Text(0, 2);
      report_.dates_only_here = dates.Int(0, 3), report_.dates_only_there = dates.Int(0, 4);
    }
    Rows counts = TRY(bench_.Query(fmt::format(
        "SELECT (SELECT count(*) FROM our_keys r JOIN once n ON {}), (SELECT count(*) {}), (SELECT count(*) "
        "{}), "
        "(SELECT count(*) FROM (SELECT {} FROM their_keys GROUP BY ALL HAVING count(*) > 1))",
        SameKey("r", "n"), Without("our_keys", "their_keys"), Without("their_keys", "our_keys"), Keys())));
    report_.rows_in_both = counts.Int(0, 0);
    report_.rows_only_here = counts.Int(0, 1), report_.rows_only_there = counts.Int(0, 2);
    report_.doubled = counts.Int(0, 3);
    Rows any = TRY(
        bench_.Query("SELECT (SELECT count(*) FROM our_keys) > 0 OR (SELECT count(*) FROM their_keys) > 0"));
    if (report_.rows_in_both == 0 && any.Int(0, 0))
      report_.problem =
          date_ && report_.dates == 0 ? "there is no date that both have" : "there is no row that both have";
    report_.keys_only_here = TRY(SomeKeys(Without("our_keys", "their_keys")));
    report_.keys_only_there = TRY(SomeKeys(Without("their_keys", "our_keys")));
    return report_.rows_only_there > 0 ? ExplainRows() : Result<>();
  }

  Result<std::vector<std::string>> SomeKeys(const std::string& from) {
    Rows rows = TRY(bench_.Query(
        fmt::format("SELECT {} {} ORDER BY ALL LIMIT {}", KeyText("r."), from, request_.examples)));
    std::vector<std::string> keys;
    for (size_t i = 0; i < rows.size(); ++i)
      keys.push_back(rows.Text(i, 0));
    return keys;
  }
  std::string KeyText(const std::string& prefix) const {
    std::vector<std::string> parts;
    for (size_t i = 0; i < report_.key.size(); ++i) {
      const PairedColumn& column = *FindColumn(report_.key[i]);
      std::string value = fmt::format("{}k_{}", prefix, i);
      if (column.kind == ValueKind::kNumber) value = fmt::format("CAST({} AS BIGINT)", value);
      parts.push_back(fmt::format("'{} ' || coalesce(CAST({} AS VARCHAR), 'NULL')", column.name, value));
    }
    return Join(parts, " || ', ' || ");
  }

  // Whether rows that are only there are ours of a calendar day before or after.
  Result<> ExplainRows() {
    auto at = std::find(report_.key.begin(), report_.key.end(), ours_.date);
    if (!date_ || at == report_.key.end()) return {};
    std::string key = fmt::format("k_{}", at - report_.key.begin());
    CompareReason best;
    for (int days : {-1, 1}) {  // of two that explain as much, UTC is the likelier
      std::string moved = ReplaceAll(SameKey("o", "r"), "r." + key, fmt::format("r.{} + {}", key, days));
      Rows found = TRY(bench_.Query(fmt::format(
          "SELECT count(*) FROM (SELECT r.* {}) r WHERE EXISTS (SELECT 1 FROM our_keys o WHERE {} "
          "AND NOT EXISTS (SELECT 1 FROM their_keys s WHERE {}))",
          Without("their_keys", "our_keys"), moved, SameKey("o", "s"))));
      if (found.Int(0, 0) > best.rows)
        best = {days < 0 ? "our rows of the day before: dates are a day late there, as dates in UTC are"
                         : "our rows of the day after: dates are a day early there",
                found.Int(0, 0), double(found.Int(0, 0)) / double(report_.rows_only_there)};
    }
    if (best.share >= kLeastShare) report_.row_reasons.push_back(best);
    return {};
  }

  std::string Differs(const PairedColumn& column) const {
    // A text that is not read as a value of the column's type is no missing value.
    std::string unread = column.keeps_text ? fmt::format(" OR ({} IS NULL AND nullif({}, '') IS NOT NULL)",
                                                         column.Theirs(), column.Text())
                                           : "";
    return "(" + backcourt::Differs(column.kind, column.Ours(), column.Theirs(), request_.tolerance) +
           unread + ")";
  }

  Result<> CountColumns() {
    std::vector<std::string> counts, any;
    for (const PairedColumn& column : columns_) {
      std::string differs = Differs(column);
      any.push_back(differs);
      std::string difference = column.kind == ValueKind::kNumber
                                   ? fmt::format("abs({} - {})", column.Ours(), column.Theirs())
                                   : "CAST(NULL AS DOUBLE)";
      counts.push_back(fmt::format("count(*) FILTER ({0}), max({1}) FILTER ({0}), median({1}) FILTER ({0})",
                                   differs, difference));
    }
    if (columns_.empty()) return {};
    Rows rows = TRY(bench_.Query(fmt::format("SELECT count(*) FILTER ({}), {} FROM {}", Join(any, " OR "),
                                             Join(counts, ", "), BothRows())));
    report_.rows_that_differ = rows.Int(0, 0);
    for (size_t i = 0; i < columns_.size(); ++i) {
      int64_t differ = rows.Int(0, 1 + 3 * i);
      if (differ == 0) {
        report_.equal.push_back(columns_[i].name);
        continue;
      }
      ComparedColumn column{.column = columns_[i].name,
                            .theirs = columns_[i].theirs,
                            .type = columns_[i].type,
                            .their_type = columns_[i].their_type,
                            .differ = differ};
      column.share = double(differ) / double(report_.rows_in_both);
      if (!rows.Null(0, 2 + 3 * i)) column.largest = rows.Real(0, 2 + 3 * i);
      if (!rows.Null(0, 3 + 3 * i)) column.typical = rows.Real(0, 3 + 3 * i);
      report_.columns.push_back(std::move(column));
    }
    std::stable_sort(report_.columns.begin(), report_.columns.end(),
                     [](const auto& a, const auto& b) { return a.differ > b.differ; });
    return {};
  }

  // Which columns tell whose rows follow each other: the key without the date and the game.
  std::string Entity() const {
    std::set<std::string> not_it = {ours_.date};
    if (const RawTable* schedule = project_.FindRaw(project_.schedule))
      not_it.insert(schedule->key.begin(), schedule->key.end());
    std::vector<std::string> entity;
    for (size_t i = 0; i < report_.key.size(); ++i)
      if (!not_it.contains(report_.key[i])) entity.push_back(fmt::format("k_{}", i));
    return Join(entity, ", ");
  }

  // pairs with ours of the same player's (team's) next date and of the one before, and with what known faults
  // give: n_N, p_N and f_FAULT_N.
  Result<> StageNeighbours() {
    std::string entity = ours_.date.empty() ? "" : Entity();
    std::vector<std::string> near = {Keys()};
    for (const ComparedColumn& column : report_.columns) {
      if (entity.empty()) break;
      const PairedColumn& pair = *FindColumn(column.column);
      near.push_back(
          fmt::format("lead({0}) OVER w AS n_{1}, lag({0}) OVER w AS p_{1}", pair.Ours(), pair.number));
    }
    has_neighbours_ = near.size() > 1;
    if (has_neighbours_) {
      TRY(bench_.Stage("near", fmt::format("SELECT {} FROM {} WINDOW w AS (PARTITION BY {} ORDER BY d, {})",
                                           Join(near, ", "), OurRows(), entity, Keys())));
      TRY(JoinBeside("near"));
    }
    for (size_t i = 0; i < known_.faults.size(); ++i)
      if (known_.faults[i].table == ours_.name) TRY(StageFault(i));
    return {};
  }

  // Puts the columns of a staged table beside the pairs.
  Result<> JoinBeside(const std::string& name) {
    std::string joined = pairs_ == "pairs" ? "more_pairs" : "pairs";
    TRY(bench_.Stage(joined, fmt::format("SELECT p.*, r.* EXCLUDE ({}) FROM {} p LEFT JOIN {} r ON {}",
                                         Keys(), pairs_, name, SameKey("p", "r"))));
    pairs_ = joined;
    return {};
  }

  Result<> StageFault(size_t number) {
    const KnownFault& fault = known_.faults[number];
    auto columns = ColumnsOf(connection_, "(" + fault.rows + ")");
    if (!columns) return BadFault(fault, columns.error().message);
    std::vector<std::string> select;
    for (size_t i = 0; i < report_.key.size(); ++i) {
      const PairedColumn& column = *FindColumn(report_.key[i]);
      if (std::none_of(columns->begin(), columns->end(),
                       [&](const auto& c) { return c.first == column.name; }))
        return BadFault(fault, fmt::format("its rows have no {}, which identifies a row", column.name));
      select.push_back(
          fmt::format("{} AS k_{}", KeyOf(column, Comparable(column.kind, "f." + Ident(column.name))), i));
    }
    size_t keys = select.size();
    for (const ComparedColumn& column : report_.columns)
      if (std::any_of(columns->begin(), columns->end(),
                      [&](const auto& c) { return c.first == column.column; })) {
        const PairedColumn& pair = *FindColumn(column.column);
        select.push_back(fmt::format("{} AS f_{}_{}", Comparable(pair.kind, "f." + Ident(pair.name)), number,
                                     pair.number));
        faults_[pair.number].push_back(number);
      }
    if (select.size() == keys) return {};
    if (auto staged =
            bench_.Stage("fault", fmt::format("SELECT {} FROM ({}) f", Join(select, ", "), fault.rows));
        !staged)
      return BadFault(fault, staged.error().message);
    return JoinBeside("fault");
  }
  static Error BadFault(const KnownFault& fault, const std::string& message) {
    return Error{ErrorKind::kModel, fmt::format("compare.toml, the fault '{}': {}", fault.about, message),
                 ""};
  }

  Result<ValuePair> Measure(const PairedColumn& column) {
    ValuePair pair{column.kind, column.Ours(), column.Theirs(), column.Text(), request_.tolerance};
    std::string digits = "-1, -1";
    if (column.kind == ValueKind::kNumber) {
      auto least = [](const std::string& value) {  // digits after the point that all of them get by with
        std::string cases = "CASE";
        for (int n = 0; n <= 4; ++n)
          cases += fmt::format(
              " WHEN coalesce(bool_and(abs({0} * 1e{1} - round({0} * 1e{1})) < 1e-6), FALSE) THEN {1}", value,
              n);
        return cases + " ELSE 9 END";
      };
      digits = least(column.Theirs()) + ", " + least(column.Ours());
    }
    Rows rows = TRY(bench_.Query(fmt::format(R"sql(
        SELECT count(DISTINCT {o}), count(DISTINCT {t}), count({t}) = count(*), {digits},
          CAST(mode({t}) FILTER ({o} IS NULL AND {t} IS NOT NULL) AS VARCHAR), count(*) FILTER ({o} IS NULL) FROM {pairs})sql",
                                             fmt::arg("o", column.Ours()), fmt::arg("t", column.Theirs()),
                                             fmt::arg("digits", digits), fmt::arg("pairs", pairs_))));
    values_ = rows.Int(0, 0);
    pair.constant = rows.Int(0, 1) == 1 && values_ > 1 && rows.Int(0, 2);
    int theirs = int(rows.Int(0, 3)), ours = int(rows.Int(0, 4));
    if (theirs >= 0 && theirs < ours && theirs <= 4) pair.digits = theirs;
    if (!rows.Null(0, 5) && rows.Int(0, 6) > 2) pair.otherwise = rows.Text(0, 5);
    return pair;
  }

  // Reasons that look at other rows than the value's own.
  std::vector<Reason> RowReasons(const ValuePair& pair, const PairedColumn& column) const {
    std::vector<Reason> reasons;
    if (values_ < kLeastValues) return reasons;
    if (auto mine = faults_.find(column.number); mine != faults_.end())
      for (size_t fault : mine->second)
        reasons.push_back(
            {known_.faults[fault].about, pair.Is(fmt::format("f_{}_{}", fault, column.number))});
    if (has_neighbours_) {
      reasons.push_back({ours_.looks_back
                             ? "the window took in the date's own game: it is our value of the next date"
                             : "our value of the next date: a date early there",
                         pair.Is(fmt::format("n_{}", column.number))});
      reasons.push_back(
          {ours_.looks_back
               ? "a date late: the window ends a game too early, it is our value of the date before"
               : "our value of the date before: a date late there",
           pair.Is(fmt::format("p_{}", column.number))});
    }
    return reasons;
  }

  // All that may explain a column. Those from `first` to `last` look at other rows.
  std::vector<Reason> AllReasons(const ValuePair& pair, const PairedColumn& column, size_t& first,
                                 size_t& last) const {
    std::vector<Reason> reasons = ValueReasons(pair);
    first = reasons.size();
    for (Reason& reason : RowReasons(pair, column))
      reasons.push_back(std::move(reason));
    last = reasons.size();
    for (const OtherNames& other : known_.names)
      if (std::count(other.columns.begin(), other.columns.end(), column.name))
        reasons.push_back(
            {other.about, fmt::format("{} = (SELECT max(n.ours) FROM ({}) n WHERE n.theirs = {})", pair.ours,
                                      other.names, pair.theirs)});
    reasons.push_back({"no value there", pair.theirs + " IS NULL"});
    reasons.push_back({"no value here", pair.ours + " IS NULL"});
    return reasons;
  }

  // Every reason looks at every row that differs; the one that explains most comes first, then the one that
  // explains most of the rest.
  Result<> Explain(ComparedColumn& report) {
    const PairedColumn& column = *FindColumn(report.column);
    size_t first = 0, last = 0;
    std::vector<Reason> reasons = AllReasons(TRY(Measure(column)), column, first, last);
    std::vector<std::string> bits;
    for (size_t i = 0; i < reasons.size(); ++i)
      bits.push_back(fmt::format("CASE WHEN {} THEN {} ELSE 0 END", reasons[i].holds, int64_t(1) << i));
    Rows rows = TRY(
        bench_.Query(fmt::format("SELECT CAST({} AS BIGINT) AS holds, count(*) FROM {} WHERE {} GROUP BY 1",
                                 Join(bits, " + "), pairs_, Differs(column))));
    std::vector<std::pair<int64_t, int64_t>> left;  // which reasons hold, and of how many rows
    for (size_t i = 0; i < rows.size(); ++i)
      left.emplace_back(rows.Int(i, 0), rows.Int(i, 1));
    for (;;) {
      size_t best = 0;
      int64_t most = 0;
      for (size_t i = 0; i < reasons.size(); ++i) {
        int64_t count = 0;
        for (const auto& [holds, number] : left)
          if (holds >> i & 1) count += number;
        double least = i >= first && i < last ? kLeastOfRows : kLeastShare;
        if (double(count) >= least * double(report.differ) && count > most) best = i, most = count;
      }
      if (most == 0) break;
      report.reasons.push_back({reasons[best].about, most, double(most) / double(report.differ)});
      report.explained += report.reasons.back().share;
      std::erase_if(left, [&](const auto& one) { return one.first >> best & 1; });
    }
    return AddExamples(report, column);
  }

  Result<> AddExamples(ComparedColumn& report, const PairedColumn& column) {
    std::string size = column.kind == ValueKind::kNumber
                           ? fmt::format("abs({} - {}) DESC NULLS LAST, ", column.Ours(), column.Theirs())
                           : "";
    std::string theirs = column.keeps_text ? column.Text() : column.Theirs();
    Rows rows = TRY(bench_.Query(fmt::format(
        "SELECT {}, coalesce(CAST({} AS VARCHAR), 'NULL'), coalesce(CAST({} AS VARCHAR), 'NULL') "
        "FROM {} WHERE {} "
        "ORDER BY {}{} LIMIT {}",
        KeyText(""), column.Ours(), theirs, pairs_, Differs(column), size, Keys(), request_.examples)));
    for (size_t i = 0; i < rows.size(); ++i)
      report.examples.push_back({rows.Text(i, 0), rows.Text(i, 1), rows.Text(i, 2)});
    return {};
  }

  const Project& project_;
  Connection& connection_;
  Workbench& bench_;
  const Comparison& known_;
  const CompareRequest& request_;
  const OurName& our_name_;
  std::string their_rows_;  // what stands after FROM
  OurTable ours_;
  std::vector<PairedColumn> columns_;
  const PairedColumn* date_ = nullptr;         // of both
  std::string pairs_ = "pairs";                // under which name they are staged
  std::map<int, std::vector<size_t>> faults_;  // by column: those that tell of it
  bool has_neighbours_ = false;
  int64_t values_ = 0;  // different ones of ours, of the column at hand
  ComparedTable report_;
};

}  // namespace

std::optional<OurTable> FindTable(const Project& project, const std::string& name) {
  if (const Model* model = project.FindModel(name))
    return OurTable{model->name, model->date, model->key, LooksBack(project, *model)};
  if (const RawTable* raw = project.FindRaw(name))
    return OurTable{raw->name, raw->grain == Grain::kDate ? raw->date : "", raw->key, false};
  return {};
}

Result<ComparedTable> CompareTable(const Project& project, Moment& moment, const Comparison& known,
                                   const CompareRequest& request, const OurName& our_name,
                                   const OurTable& ours, const OtherTable& theirs) {
  return TableComparer(project, moment, known, request, our_name).Run(ours, theirs);
}

}  // namespace backcourt
