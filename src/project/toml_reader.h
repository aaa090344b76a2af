// TOML with errors that name file and line, and with no key left unread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "project/toml_assert.h"

#include <toml++/toml.hpp>

#include "base/result.h"
#include "project/key_lines.h"

namespace backcourt {

// Reads one table. Problems are collected: ask with Finish(), whose error tells all of them, once all keys
// are read; a key that nobody asked for is one of them, with the nearest name.
class TomlTable {
 public:
  static Result<toml::table> Parse(const std::string& file, int first_line, const std::string& text);

  TomlTable(std::string file, int first_line, const toml::table& table, std::string where);

  std::string Text(const std::string& key, bool required = false);
  int64_t Number(const std::string& key, int64_t otherwise);
  bool Flag(const std::string& key);
  std::vector<std::string> Texts(const std::string& key, bool required = false);
  // Key and text pairs of a sub-table, in the order of the file.
  std::vector<std::pair<std::string, std::string>> Pairs(const std::string& key);
  const toml::table* Table(const std::string& key);
  // The tables under [[key]].
  std::vector<const toml::table*> Tables(const std::string& key);
  std::vector<std::string> Keys() const;  // in the order of the file
  KeyLines Lines() const;                 // of its keys, and those of its tables

  void Problem(const toml::node* node, const std::string& message);
  Result<> Finish();

 private:
  void ProblemAt(const toml::source_position& at, const std::string& message);
  const toml::node* Take(const std::string& key, bool required);

  std::string file_;
  int first_line_;
  const toml::table& table_;
  std::string where_;
  std::set<std::string> known_;
  std::vector<std::string> problems_;  // each with its place
};

// The keys of a table in the order in which they stand in the file.
std::vector<std::pair<std::string, const toml::node*>> InFileOrder(const toml::table& table);

}  // namespace backcourt
