// What requests, reports and events are made of, said once: every struct has a
// Describe(Visitor&, T&) that names its fields with their meaning. From it come
// their JSON (both ways), the options of the command line, the pages of docs/ and
// the types of the Python module. No key is written down anywhere else.
//
//   void Describe(Visitor& v, StopReport& r) {
//     v.Struct("StopReport", "What was asked to end.");
//     v.Field("stopped", r.stopped, "the activities that end now");
//   }
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/date.h"

namespace backcourt {

// What else there is to say of a field.
struct Facets {
  const char* metavar = "";  // of an option's value, as DATE
  bool positional = false;   // a word of the command line, not an option
  bool required = false;
  bool path = false;                      // a path: counts from the folder of whoever asks
  double least = 0, most = 0;             // of a number; both 0: any
  std::vector<std::string> choices = {};  // of a text; empty: any
  bool omitted = false;                   // the key is left out where there is no value
  bool hidden = false;                    // not an option of the command line
};

struct FieldInfo {
  const char* name;
  const char* about;
  Facets facets;
};

class Visitor;

// How a visitor gets at a list, a map or a value that may be absent.
class ListAccess {
 public:
  virtual ~ListAccess() = default;
  virtual size_t size() const = 0;
  virtual void Clear() = 0;
  virtual void VisitItem(Visitor& v, size_t i) = 0;
  virtual void VisitNew(Visitor& v) = 0;        // appends one
  virtual void VisitPrototype(Visitor& v) = 0;  // one that belongs to no list
};
class MapAccess {
 public:
  virtual ~MapAccess() = default;
  virtual std::vector<std::string> Keys() const = 0;
  virtual void Clear() = 0;
  virtual void VisitKey(Visitor& v, const std::string& key) = 0;  // makes it where it is not there
  virtual void VisitPrototype(Visitor& v) = 0;
};
class OptionalAccess {
 public:
  virtual ~OptionalAccess() = default;
  virtual bool has() const = 0;
  virtual void Reset() = 0;
  virtual void VisitValue(Visitor& v) = 0;  // makes it where it is absent
};

class Visitor {
 public:
  virtual ~Visitor() = default;

  // Whether values are filled in, not looked at: what a Describe derives from
  // others is then put back into them.
  virtual bool Fills() const { return false; }
  // The struct's name in the Python module, and what it is. First in a Describe.
  virtual void Struct(const char* name, const char* about) = 0;
  template <typename T>
  void Field(const char* name, T& value, const char* about, Facets facets = {});

  virtual void Begin(const FieldInfo& field) = 0;  // what is visited until End is its value
  virtual void End() = 0;
  virtual void Value(bool& value) = 0;
  virtual void Value(int& value) = 0;
  virtual void Value(int64_t& value) = 0;
  virtual void Value(double& value) = 0;
  virtual void Value(std::string& value) = 0;
  virtual void Value(Date& value) = 0;
  virtual void Value(nlohmann::json& value) = 0;  // any value
  virtual void List(ListAccess& list) = 0;
  virtual void Map(MapAccess& map) = 0;
  virtual void Optional(OptionalAccess& optional) = 0;
  virtual void BeginObject() = 0;
  virtual void EndObject() = 0;
};

inline void Visit(Visitor& v, bool& value) { v.Value(value); }
inline void Visit(Visitor& v, int& value) { v.Value(value); }
inline void Visit(Visitor& v, int64_t& value) { v.Value(value); }
inline void Visit(Visitor& v, double& value) { v.Value(value); }
inline void Visit(Visitor& v, std::string& value) { v.Value(value); }
inline void Visit(Visitor& v, Date& value) { v.Value(value); }
inline void Visit(Visitor& v, nlohmann::json& value) { v.Value(value); }
template <typename T>
void Visit(Visitor& v, std::vector<T>& value);
template <typename T>
void Visit(Visitor& v, std::map<std::string, T>& value);
template <typename T>
void Visit(Visitor& v, std::optional<T>& value);
template <typename T>
void Visit(Visitor& v, T& value) {
  v.BeginObject();
  Describe(v, value);
  v.EndObject();
}

template <typename T>
class ListAccessOf : public ListAccess {
 public:
  explicit ListAccessOf(std::vector<T>& list) : list_(list) {}
  size_t size() const override { return list_.size(); }
  void Clear() override { list_.clear(); }
  void VisitItem(Visitor& v, size_t i) override { Visit(v, list_[i]); }
  void VisitNew(Visitor& v) override { Visit(v, list_.emplace_back()); }
  void VisitPrototype(Visitor& v) override {
    T prototype{};
    Visit(v, prototype);
  }

 private:
  std::vector<T>& list_;
};

template <typename T>
class MapAccessOf : public MapAccess {
 public:
  explicit MapAccessOf(std::map<std::string, T>& map) : map_(map) {}
  std::vector<std::string> Keys() const override {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map_)
      keys.push_back(key);
    return keys;
  }
  void Clear() override { map_.clear(); }
  void VisitKey(Visitor& v, const std::string& key) override { Visit(v, map_[key]); }
  void VisitPrototype(Visitor& v) override {
    T prototype{};
    Visit(v, prototype);
  }

 private:
  std::map<std::string, T>& map_;
};

template <typename T>
class OptionalAccessOf : public OptionalAccess {
 public:
  explicit OptionalAccessOf(std::optional<T>& value) : value_(value) {}
  bool has() const override { return value_.has_value(); }
  void Reset() override { value_.reset(); }
  void VisitValue(Visitor& v) override {
    if (!value_) value_.emplace();
    Visit(v, *value_);
  }

 private:
  std::optional<T>& value_;
};

template <typename T>
void Visit(Visitor& v, std::vector<T>& value) {
  ListAccessOf<T> access(value);
  v.List(access);
}
template <typename T>
void Visit(Visitor& v, std::map<std::string, T>& value) {
  MapAccessOf<T> access(value);
  v.Map(access);
}
template <typename T>
void Visit(Visitor& v, std::optional<T>& value) {
  OptionalAccessOf<T> access(value);
  v.Optional(access);
}

template <typename T>
void Visitor::Field(const char* name, T& value, const char* about, Facets facets) {
  Begin({name, about, std::move(facets)});
  Visit(*this, value);
  End();
}

}  // namespace backcourt
