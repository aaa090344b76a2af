// Described values as JSON, and the schema of what they may hold.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "operations/describe.h"

namespace backcourt {

// What a value may be: from it come options, documents and types.
struct Schema {
  enum class Kind { kBool, kInt, kReal, kText, kDate, kAny, kList, kMap, kObject };
  struct Field {
    std::string name, about;
    Facets facets;
    std::shared_ptr<Schema> type;
    nlohmann::json otherwise;  // the default
  };
  Kind kind = Kind::kAny;
  bool nullable = false;
  std::string name, about;       // of an object
  std::vector<Field> fields;     // of an object
  std::shared_ptr<Schema> item;  // of a list or a map
};

namespace internal {
using VisitValue = std::function<void(Visitor&)>;
nlohmann::json Write(const VisitValue& visit);
Result<> Read(const nlohmann::json& json, const VisitValue& visit);
Schema SchemaFrom(const VisitValue& visit);
}  // namespace internal

template <typename T>
nlohmann::json ToJson(const T& value) {
  return internal::Write([&](Visitor& v) { Visit(v, const_cast<T&>(value)); });
}

// An unknown key (the error names the nearest), a missing required one or a value of another kind is kUsage.
template <typename T>
Result<T> FromJson(const nlohmann::json& json) {
  T value{};
  auto read = internal::Read(json, [&](Visitor& v) { Visit(v, value); });
  if (!read) return read.error();
  return value;
}

// On one line. Text of files may hold bytes that are no UTF-8: they are replaced.
std::string OneLine(const nlohmann::json& json);

template <typename T>
Schema SchemaOf() {
  T prototype{};
  return internal::SchemaFrom([&](Visitor& v) { Visit(v, prototype); });
}

}  // namespace backcourt
