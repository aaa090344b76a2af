#include "operations/json.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace backcourt {

namespace {

using nlohmann::json;

class Writer : public Visitor {
 public:
  json result;

  void Struct(const char*, const char*) override {}
  void Begin(const FieldInfo& field) override { fields_.push_back(field); }
  void End() override { fields_.pop_back(); }
  void Value(bool& value) override { Put(value); }
  void Value(int& value) override { Put(value); }
  void Value(int64_t& value) override { Put(value); }
  void Value(double& value) override { Put(std::isfinite(value) ? json(value) : json()); }
  void Value(std::string& value) override { Put(value); }
  void Value(Date& value) override { Put(value.Str()); }
  void Value(json& value) override { Put(value); }
  void List(ListAccess& list) override {
    json items = json::array();
    for (size_t i = 0; i < list.size(); ++i)
      items.push_back(Aside([&] { list.VisitItem(*this, i); }));
    Put(std::move(items));
  }
  void Map(MapAccess& map) override {
    json items = json::object();
    for (const std::string& key : map.Keys())
      items[key] = Aside([&] { map.VisitKey(*this, key); });
    Put(std::move(items));
  }
  void Optional(OptionalAccess& optional) override {
    if (optional.has())
      optional.VisitValue(*this);
    else if (objects_.empty() || fields_.empty() || !fields_.back().facets.omitted)
      Put(nullptr);
  }
  void BeginObject() override { objects_.push_back(json::object()); }
  void EndObject() override {
    json object = std::move(objects_.back());
    objects_.pop_back();
    Put(std::move(object));
  }

 private:
  template <typename Visit>
  json Aside(Visit visit) {
    std::vector<json> objects;
    std::vector<FieldInfo> fields;
    std::swap(objects, objects_);
    std::swap(fields, fields_);
    visit();
    std::swap(objects, objects_);
    std::swap(fields, fields_);
    return std::exchange(result, json());
  }
  void Put(json value) {
    if (objects_.empty())
      result = std::move(value);
    else
      objects_.back()[fields_.back().name] = std::move(value);
  }

  std::vector<json> objects_;
  std::vector<FieldInfo> fields_;
};

class Reader : public Visitor {
 public:
  explicit Reader(const json& root) { values_.push_back(&root); }
  std::optional<Error> error;

  bool Fills() const override { return true; }
  void Struct(const char*, const char*) override {}
  void Begin(const FieldInfo& field) override {
    Object& object = objects_.back();
    object.names.push_back(field.name);
    path_.push_back(field.name);
    const json& holder = *values_.back();
    auto found = holder.is_object() ? holder.find(field.name) : holder.end();
    bool there = holder.is_object() && found != holder.end();
    if (!there && field.facets.required) Fail("is missing");
    values_.push_back(there ? &*found : nullptr);
    facets_.push_back(field.facets);
  }
  void End() override {
    values_.pop_back();
    path_.pop_back();
    facets_.pop_back();
  }
  void Value(bool& value) override { Take(value, &json::is_boolean, "true or false"); }
  void Value(int& value) override {
    int64_t wide = value;
    Value(wide);
    if (wide < INT32_MIN || wide > INT32_MAX)
      Fail("is too large");
    else
      value = int(wide);
  }
  void Value(int64_t& value) override {
    Take(value, &json::is_number_integer, "a whole number");
    CheckRange(double(value));
  }
  void Value(double& value) override {
    Take(value, &json::is_number, "a number");
    CheckRange(value);
  }
  void Value(std::string& value) override {
    Take(value, &json::is_string, "a text");
    if (facets_.empty() || facets_.back().choices.empty() || !values_.back() || error) return;
    const auto& choices = facets_.back().choices;
    if (std::find(choices.begin(), choices.end(), value) == choices.end())
      error = Error{ErrorKind::kUsage, fmt::format("'{}' is not a value of {}", value, path_.back()),
                    Suggestion(value, choices, "")};
  }
  void Value(Date& value) override {
    std::string text;
    Take(text, &json::is_string, "a date as 2021-12-01");
    if (error || !values_.back()) return;
    auto date = Date::Parse(text);
    if (date)
      value = *date;
    else
      error = date.error();
  }
  void Value(json& value) override {
    if (values_.back()) value = *values_.back();
  }
  void List(ListAccess& list) override {
    if (!values_.back()) return;
    const json& items = *values_.back();
    if (!items.is_array()) return Fail("must be a list");
    list.Clear();
    for (const json& item : items) {
      values_.push_back(&item);
      facets_.emplace_back();
      list.VisitNew(*this);
      facets_.pop_back();
      values_.pop_back();
    }
  }
  void Map(MapAccess& map) override {
    if (!values_.back()) return;
    const json& items = *values_.back();
    if (!items.is_object()) return Fail("must be an object");
    map.Clear();
    for (const auto& [key, item] : items.items()) {
      values_.push_back(&item);
      facets_.emplace_back();
      map.VisitKey(*this, key);
      facets_.pop_back();
      values_.pop_back();
    }
  }
  void Optional(OptionalAccess& optional) override {
    if (!values_.back()) return;
    if (values_.back()->is_null())
      optional.Reset();
    else
      optional.VisitValue(*this);
  }
  void BeginObject() override {
    if (values_.back() && !values_.back()->is_object()) Fail("must be an object");
    static const json kNone = json::object();
    objects_.push_back({});
    values_.push_back(values_.back() && values_.back()->is_object() ? values_.back() : &kNone);
  }
  void EndObject() override {
    for (const auto& [key, value] : values_.back()->items()) {
      const auto& names = objects_.back().names;
      if (std::find(names.begin(), names.end(), key) != names.end() || error) continue;
      error = Error{ErrorKind::kUsage, fmt::format("unknown key '{}'", key), Suggestion(key, names, "")};
    }
    values_.pop_back();
    objects_.pop_back();
  }

 private:
  struct Object {
    std::vector<std::string> names;
  };
  template <typename T>
  void Take(T& value, bool (json::*is)() const noexcept, const char* wanted) {
    if (!values_.back()) return;
    if ((values_.back()->*is)())
      value = values_.back()->get<T>();
    else
      Fail(fmt::format("must be {}", wanted));
  }
  void CheckRange(double value) {
    if (facets_.empty() || !values_.back()) return;
    const Facets& facets = facets_.back();
    if ((facets.least != 0 || facets.most != 0) && (value < facets.least || value > facets.most))
      Fail(fmt::format("must lie between {:g} and {:g}", facets.least, facets.most));
  }
  void Fail(const std::string& what) {
    if (error) return;
    error = Error{ErrorKind::kUsage,
                  fmt::format("{} {}", path_.empty() ? "the request" : Join(path_, "."), what), ""};
  }

  std::vector<const json*> values_;  // null: the key is not there
  std::vector<Object> objects_;
  std::vector<Facets> facets_;
  std::vector<std::string> path_;
};

class SchemaReader : public Visitor {
 public:
  SchemaReader() { types_.push_back(&root); }
  Schema root;

  void Struct(const char* name, const char* about) override {
    types_.back()->name = name;
    types_.back()->about = about;
  }
  void Begin(const FieldInfo& field) override {
    Schema::Field& mine = types_.back()->fields.emplace_back();
    mine.name = field.name;
    mine.about = field.about;
    mine.facets = field.facets;
    mine.type = std::make_shared<Schema>();
    owners_.push_back(&mine);
    types_.push_back(mine.type.get());
  }
  void End() override {
    types_.pop_back();
    owners_.pop_back();
  }
  void Value(bool& value) override { Leaf(Schema::Kind::kBool, value); }
  void Value(int& value) override { Leaf(Schema::Kind::kInt, value); }
  void Value(int64_t& value) override { Leaf(Schema::Kind::kInt, value); }
  void Value(double& value) override { Leaf(Schema::Kind::kReal, value); }
  void Value(std::string& value) override { Leaf(Schema::Kind::kText, value); }
  void Value(Date&) override { types_.back()->kind = Schema::Kind::kDate; }
  void Value(json&) override { types_.back()->kind = Schema::Kind::kAny; }
  void List(ListAccess& list) override {
    Inside(Schema::Kind::kList, [&] { list.VisitPrototype(*this); });
  }
  void Map(MapAccess& map) override {
    Inside(Schema::Kind::kMap, [&] { map.VisitPrototype(*this); });
  }
  void Optional(OptionalAccess& optional) override {
    bool had = optional.has();
    types_.back()->nullable = true;
    optional.VisitValue(*this);
    if (!had) optional.Reset();
    if (!owners_.empty() && !had) owners_.back()->otherwise = nullptr;
  }
  void BeginObject() override { types_.back()->kind = Schema::Kind::kObject; }
  void EndObject() override {}

 private:
  template <typename T>
  void Leaf(Schema::Kind kind, const T& value) {
    types_.back()->kind = kind;
    if (!owners_.empty() && owners_.back()->type.get() == types_.back()) owners_.back()->otherwise = value;
  }
  template <typename Visit>
  void Inside(Schema::Kind kind, Visit visit) {
    Schema* list = types_.back();
    list->kind = kind;
    list->item = std::make_shared<Schema>();
    types_.push_back(list->item.get());
    visit();
    types_.pop_back();
  }

  std::vector<Schema*> types_;
  std::vector<Schema::Field*> owners_;
};

}  // namespace

std::string OneLine(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

namespace internal {

json Write(const VisitValue& visit) {
  Writer writer;
  visit(writer);
  return std::move(writer.result);
}

Result<> Read(const json& value, const VisitValue& visit) {
  Reader reader(value);
  visit(reader);
  if (reader.error) return *reader.error;
  return {};
}

Schema SchemaFrom(const VisitValue& visit) {
  SchemaReader reader;
  visit(reader);
  return std::move(reader.root);
}

}  // namespace internal

}  // namespace backcourt
