#include "project/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace backcourt {

std::vector<std::pair<std::string, const toml::node*>> InFileOrder(const toml::table& table) {
  std::vector<std::pair<std::string, const toml::node*>> entries;
  std::vector<std::pair<toml::source_position, size_t>> order;
  for (auto&& [key, node] : table) {
    order.emplace_back(key.source().begin, entries.size());
    entries.emplace_back(std::string(key.str()), &node);
  }
  std::sort(order.begin(), order.end(), [](auto& a, auto& b) {
    return std::tie(a.first.line, a.first.column) < std::tie(b.first.line, b.first.column);
  });
  std::vector<std::pair<std::string, const toml::node*>> sorted;
  for (auto& [position, index] : order)
    sorted.push_back(entries[index]);
  return sorted;
}

Result<toml::table> TomlTable::Parse(const std::string& file, int first_line, const std::string& text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    std::string what(error.description());
    if (what.find("unescaped control characters") != std::string::npos)
      what = "the text of this line has no end";
    return Error{ErrorKind::kUsage,
                 fmt::format("{}:{}:{}: {}", file, first_line - 1 + int(error.source().begin.line),
                             int(error.source().begin.column), what),
                 ""};
  } catch (const std::logic_error&) {
    return Error{ErrorKind::kUsage, fmt::format("{}:{}: this is not TOML", file, first_line), ""};
  }
}

TomlTable::TomlTable(std::string file, int first_line, const toml::table& table, std::string where)
    : file_(std::move(file)), first_line_(first_line), table_(table), where_(std::move(where)) {}

KeyLines TomlTable::Lines() const {
  KeyLines all{file_, first_line_, {}};
  auto line = [&](const toml::key& key) { return first_line_ - 1 + int(key.source().begin.line); };
  for (auto&& [key, node] : table_) {
    std::string name(key.str());
    all.lines[name] = line(key);
    if (const toml::table* table = node.as_table())
      for (auto&& [inner, value] : *table)
        all.lines[name + "." + std::string(inner.str())] = line(inner);
  }
  return all;
}

void TomlTable::ProblemAt(const toml::source_position& at, const std::string& message) {
  problems_.push_back(fmt::format("{}:{}:{}: {}", file_, first_line_ - 1 + std::max(1, int(at.line)),
                                  std::max(1, int(at.column)), message));
}

void TomlTable::Problem(const toml::node* node, const std::string& message) {
  ProblemAt(node ? node->source().begin : table_.source().begin, message);
}

const toml::node* TomlTable::Take(const std::string& key, bool required) {
  known_.insert(key);
  const toml::node* node = table_.get(key);
  if (!node && required) Problem(nullptr, fmt::format("'{}' is missing in {}", key, where_));
  return node;
}

std::string TomlTable::Text(const std::string& key, bool required) {
  const toml::node* node = Take(key, required);
  if (!node) return "";
  if (auto text = node->value_exact<std::string>()) return *text;
  Problem(node, fmt::format("'{}' must be a text", key));
  return "";
}

int64_t TomlTable::Number(const std::string& key, int64_t otherwise) {
  const toml::node* node = Take(key, false);
  if (!node) return otherwise;
  if (auto number = node->value_exact<int64_t>()) return *number;
  Problem(node, fmt::format("'{}' must be a whole number", key));
  return otherwise;
}

bool TomlTable::Flag(const std::string& key) {
  const toml::node* node = Take(key, false);
  if (!node) return false;
  if (auto flag = node->value_exact<bool>()) return *flag;
  Problem(node, fmt::format("'{}' must be true or false", key));
  return false;
}

std::vector<std::string> TomlTable::Texts(const std::string& key, bool required) {
  std::vector<std::string> texts;
  const toml::node* node = Take(key, required);
  if (!node) return texts;
  if (auto text = node->value_exact<std::string>()) return {*text};
  const toml::array* array = node->as_array();
  if (!array) Problem(node, fmt::format("'{}' must be a list of texts", key));
  for (size_t i = 0; array && i < array->size(); ++i) {
    if (auto text = array->get(i)->value_exact<std::string>())
      texts.push_back(*text);
    else
      Problem(array->get(i), fmt::format("'{}' must be a list of texts", key));
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> TomlTable::Pairs(const std::string& key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const toml::table* table = Table(key);
  if (!table) return pairs;
  for (auto& [name, node] : InFileOrder(*table)) {
    if (auto text = node->value_exact<std::string>())
      pairs.emplace_back(name, *text);
    else
      Problem(node, fmt::format("'{}' under [{}] must be a text", name, key));
  }
  return pairs;
}

const toml::table* TomlTable::Table(const std::string& key) {
  const toml::node* node = Take(key, false);
  if (!node) return nullptr;
  if (!node->is_table()) Problem(node, fmt::format("'{}' must be a table", key));
  return node->as_table();
}

std::vector<const toml::table*> TomlTable::Tables(const std::string& key) {
  std::vector<const toml::table*> tables;
  const toml::node* node = Take(key, false);
  if (!node) return tables;
  if (!node->is_array_of_tables()) Problem(node, fmt::format("'{}' must be tables, as [[{}]]", key, key));
  for (size_t i = 0; node->is_array_of_tables() && i < node->as_array()->size(); ++i)
    tables.push_back(node->as_array()->get(i)->as_table());
  return tables;
}

std::vector<std::string> TomlTable::Keys() const {
  std::vector<std::string> keys;
  for (auto& [name, node] : InFileOrder(table_))
    keys.push_back(name);
  return keys;
}

Result<> TomlTable::Finish() {
  for (auto&& [key, node] : table_) {
    std::string name(key.str());
    if (!known_.contains(name))
      ProblemAt(key.source().begin, fmt::format("unknown key '{}' in {}; try {}", name, where_,
                                                Suggestion(name, {known_.begin(), known_.end()})));
  }
  if (problems_.empty()) return {};
  return Error{ErrorKind::kUsage, Join(problems_, "\n"), ""};
}

}  // namespace backcourt
