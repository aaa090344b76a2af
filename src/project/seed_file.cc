#include "project/seed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/date.h"
#include "base/file.h"
#include "base/text.h"

namespace backcourt {

namespace {

constexpr size_t kFewest = 5;  // values of a column, or rows, of which one may be called odd
constexpr size_t kShown = 20;  // problems of a file

struct Field {
  std::string text;
  int column = 1;
};
struct Row {
  int line = 1;
  std::vector<Field> fields;
};

enum class Kind { kNumber, kDate, kText };

const char* NameOf(Kind kind) { return kind == Kind::kNumber ? "a number" : "a date as 2021-12-01"; }

Kind KindOf(const std::string& text) {
  double ignored = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ignored);
  if (error == std::errc() && end == text.data() + text.size()) return Kind::kNumber;
  return text.size() == 10 && Date::Parse(text) ? Kind::kDate : Kind::kText;
}

// A CSV file, as far as it can be read.
class SeedFile {
 public:
  static Result<SeedFile> Read(const std::string& path, SeedDepth depth) {
    SeedFile file(path, depth);
    file.Parse(TRY(ReadFile(path)));
    file.CheckHeader();
    file.CheckRows();
    return file;
  }

  // As rows that go before those of the pack.
  void CheckAgainst(const SeedFile& pack) {
    if (header_.fields.empty() || pack.header_.fields.empty()) return;
    std::vector<std::string> names;
    for (const Field& field : pack.header_.fields)
      names.push_back(field.text);
    for (size_t c = 0; c < header_.fields.size(); ++c) {
      const Field& field = header_.fields[c];
      auto at = std::find(names.begin(), names.end(), field.text);
      if (at == names.end()) {
        Add(header_, field, fmt::format("'{}' is not a column of {}", field.text, pack.path_),
            Suggestion(field.text, names));
        continue;
      }
      Kind kind = pack.KindOfColumn(size_t(at - names.begin())).value_or(Kind::kText);
      if (kind == Kind::kText) continue;
      for (const Row& row : rows_)
        if (!row.fields[c].text.empty() && KindOf(row.fields[c].text) != kind)
          Add(row, row.fields[c],
              fmt::format("'{}' under {} is not {}, as in {}", row.fields[c].text, field.text, NameOf(kind),
                          pack.path_));
    }
    auto first = std::find_if(header_.fields.begin(), header_.fields.end(),
                              [&](const Field& field) { return field.text == names.front(); });
    if (first == header_.fields.end())
      Add(header_, header_.fields.front(),
          fmt::format("the column '{}' is missing, by which rows go before those of {}", names.front(),
                      pack.path_));
    else if (depth_ == SeedDepth::kAll && pack.Repeats(0).empty() && !pack.HasDates())
      AddDoubled(size_t(first - header_.fields.begin()));
  }

  // Problems that stand in this file alone.
  void CheckAlone() {
    if (depth_ != SeedDepth::kAll) return;
    for (size_t c = 0; c < header_.fields.size(); ++c)
      CheckKinds(c);
    if (rows_.size() < kFewest || HasDates()) return;
    if (auto repeats = Repeats(0); !repeats.empty() && repeats.size() * 10 <= rows_.size()) AddDoubled(0);
  }

  std::vector<FileProblem> Problems() && {
    if (problems_.size() > kShown) problems_.resize(kShown);
    return std::move(problems_);
  }

 private:
  SeedFile(std::string path, SeedDepth depth) : path_(std::move(path)), depth_(depth) {}

  void Add(const Row& row, const Field& field, std::string message, std::string hint = "") {
    problems_.push_back({path_, row.line, field.column, std::move(message), std::move(hint)});
  }

  // The mark between values: the one that the first line has most of.
  static char Separator(const std::string& text) {
    std::string_view line = std::string_view(text).substr(0, text.find('\n'));
    char best = ',';
    for (char mark : {';', '\t', '|'})
      if (std::count(line.begin(), line.end(), mark) > std::count(line.begin(), line.end(), best))
        best = mark;
    return best;
  }

  // Quotes hold marks, ends of lines, and themselves doubled.
  void Parse(const std::string& text) {
    const char separator = Separator(text);
    size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0, line_start = at;
    int line = 1;
    while (at < text.size()) {
      Row row{line, {}};
      for (bool more = true; more;) {
        Field field{"", int(at - line_start) + 1};
        if (at < text.size() && text[at] == '"') {
          size_t end = ++at;
          for (; end < text.size(); ++end) {
            if (text[end] == '\n') ++line, line_start = end + 1;
            if (text[end] != '"') {
              field.text += text[end];
            } else if (end + 1 < text.size() && text[end + 1] == '"') {
              field.text += text[end++];
            } else {
              break;
            }
          }
          if (end >= text.size())
            problems_.push_back({path_, row.line, field.column, "the quote of this value has no end", ""});
          at = std::min(end + 1, text.size());
          if (at < text.size() && text[at] != separator && text[at] != '\n' && text[at] != '\r')
            Add(row, field, "text behind the closing quote of a value",
                "a quote inside of a value is doubled");
        }
        size_t end = at;
        while (end < text.size() && text[end] != separator && text[end] != '\n')
          ++end;
        field.text += text.substr(at, end - at);
        at = end;
        field.text = Trim(field.text);
        row.fields.push_back(std::move(field));
        more = at < text.size() && text[at] == separator;
        ++at;
      }
      ++line, line_start = at;
      bool blank = row.fields.size() == 1 && row.fields[0].text.empty();
      if (blank) continue;
      if (header_.fields.empty())
        header_ = std::move(row);
      else
        rows_.push_back(std::move(row));
    }
  }

  void CheckHeader() {
    if (header_.fields.empty()) {
      problems_.push_back({path_, 1, 1, "it is empty", "a line with the names of the columns"});
      return;
    }
    std::map<std::string, int> seen;
    for (size_t c = 0; c < header_.fields.size(); ++c) {
      const Field& field = header_.fields[c];
      if (field.text.empty())
        Add(header_, field, fmt::format("column {} has no name", c + 1));
      else if (++seen[Lower(field.text)] > 1)
        Add(header_, field, fmt::format("two columns are named '{}'", field.text));
      else if (KindOf(field.text) != Kind::kText)
        Add(header_, field, fmt::format("'{}' is not the name of a column", field.text),
            "the first line names the columns");
    }
  }

  // Rows of another number of values are reported, and not looked at any further.
  void CheckRows() {
    std::map<std::string, int> seen;
    const size_t columns = header_.fields.size();
    std::erase_if(rows_, [&](const Row& row) {
      if (row.fields.size() == columns) return false;
      Add(row, row.fields[std::min(columns, row.fields.size() - 1)],
          fmt::format("the row has {}, the header {}", Counted(int64_t(row.fields.size()), "value"),
                      Counted(int64_t(columns), "column")),
          "quotes around a value that holds a comma");
      return true;
    });
    for (const Row& row : rows_) {
      std::string text;
      for (const Field& field : row.fields)
        text += field.text + '\x1f';
      auto [first, is_new] = seen.emplace(text, row.line);
      if (!is_new && depth_ == SeedDepth::kAll)
        Add(row, row.fields.front(), fmt::format("the same row as in line {}", first->second));
    }
  }

  // What all values of a column are; nothing where they differ, or there are none.
  std::optional<Kind> KindOfColumn(size_t column) const {
    std::optional<Kind> kind;
    for (const Row& row : rows_) {
      if (row.fields[column].text.empty()) continue;
      Kind one = KindOf(row.fields[column].text);
      if (kind && *kind != one) return {};
      kind = one;
    }
    return kind;
  }

  bool HasDates() const {
    for (size_t c = 0; c < header_.fields.size(); ++c)
      if (KindOfColumn(c) == Kind::kDate) return true;
    return false;
  }

  // Few values of another kind than all others.
  void CheckKinds(size_t column) {
    std::map<Kind, std::vector<const Row*>> rows;
    size_t values = 0;
    for (const Row& row : rows_)
      if (!row.fields[column].text.empty()) rows[KindOf(row.fields[column].text)].push_back(&row), ++values;
    for (Kind kind : {Kind::kNumber, Kind::kDate}) {
      size_t odd = values - rows[kind].size();
      if (odd == 0 || values < kFewest || odd * 10 > values) continue;
      for (const auto& [other, of_kind] : rows)
        for (const Row* row : other == kind ? std::vector<const Row*>() : of_kind)
          Add(*row, row->fields[column],
              fmt::format("'{}' under {} is not {}, as all {} are", row->fields[column].text,
                          header_.fields[column].text, NameOf(kind),
                          odd == 1 ? "others" : fmt::format("but {} values", odd)));
    }
  }

  // The rows whose value of a column is one of an earlier row, with the line of that.
  std::vector<std::pair<const Row*, int>> Repeats(size_t column) const {
    std::map<std::string, int> seen;
    std::vector<std::pair<const Row*, int>> repeats;
    for (const Row& row : rows_)
      if (auto [first, is_new] = seen.emplace(row.fields[column].text, row.line); !is_new)
        repeats.emplace_back(&row, first->second);
    return repeats;
  }

  void AddDoubled(size_t column) {
    for (const auto& [row, line] : Repeats(column))
      if (std::none_of(problems_.begin(), problems_.end(),
                       [&, at = row->line](const FileProblem& p) { return p.line == at; }))
        Add(*row, row->fields[column],
            fmt::format("'{}' under {} is in line {} too", row->fields[column].text,
                        header_.fields[column].text, line));
  }

  std::string path_;
  SeedDepth depth_;
  Row header_;
  std::vector<Row> rows_;
  std::vector<FileProblem> problems_;
};

}  // namespace

Result<std::vector<FileProblem>> FindSeedProblems(const Seed& seed, SeedDepth depth) {
  SeedFile file = TRY(SeedFile::Read(seed.file, depth));
  std::vector<FileProblem> of_own;
  if (!seed.own.empty()) {
    SeedFile own = TRY(SeedFile::Read(seed.own, depth));
    own.CheckAgainst(file);
    of_own = std::move(own).Problems();
  }
  file.CheckAlone();
  std::vector<FileProblem> problems = std::move(file).Problems();
  problems.insert(problems.end(), of_own.begin(), of_own.end());
  return problems;
}

}  // namespace backcourt
