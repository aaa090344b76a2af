// Damages JSON as its writers and its ways do: values of other types, keys and
// rows that are gone, doubled or strange, texts cut off and bytes of other encodings.
#pragma once

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

class JsonMutator {
 public:
  explicit JsonMutator(unsigned seed) : random_(seed) {}

  // `text` with a few changes; texts that are no JSON are damaged as bytes.
  std::string Mutate(std::string text) {
    auto document = nlohmann::ordered_json::parse(text, nullptr, false);
    if (document.is_discarded() || Below(8) == 0) return Damage(std::move(text));
    for (size_t changes = 1 + Below(3); changes > 0; --changes)
      Change(document, 0);
    text = document.dump(-1, ' ', Below(4) == 0, nlohmann::ordered_json::error_handler_t::replace);
    return Below(16) == 0 ? Damage(std::move(text)) : text;
  }

 private:
  using Json = nlohmann::ordered_json;

  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  // Goes down from a node by chance, and changes what it comes to.
  void Change(Json& node, int depth) {
    bool inner = node.is_structured() && !node.empty();
    if (inner && (depth == 0 || Below(6) != 0)) {
      auto child = node.begin();
      std::advance(child, long(Below(node.size())));
      return Change(*child, depth + 1);
    }
    if (!node.is_structured()) {
      node = Strange(node);
      return;
    }
    switch (Below(inner ? 6 : 2)) {
      case 0:
        node = Strange(node);
        break;
      case 1:
        if (node.is_array())
          node.push_back(Strange(node));
        else
          node[Text()] = Strange(node);
        break;
      case 2:
        if (node.is_array())
          node.erase(Below(node.size()));
        else
          node.erase(KeyOf(node));
        break;
      case 3: {  // one more of the same
        auto child = node.begin();
        std::advance(child, long(Below(node.size())));
        Json copy = *child;
        if (node.is_array())
          node.insert(node.begin() + long(Below(node.size() + 1)), copy);
        else
          node[Text()] = copy;
        break;
      }
      case 4:  // the values of two places change them
        if (node.is_array())
          std::swap(node[Below(node.size())], node[Below(node.size())]);
        else
          std::swap(node[KeyOf(node)], node[KeyOf(node)]);
        break;
      default:
        if (node.is_array()) {
          node.erase(node.begin() + long(Below(node.size())), node.end());
        } else {
          std::string key = KeyOf(node);
          Json value = node[key];
          node.erase(key);
          node[Below(2) ? Text() : key + " "] = value;
        }
    }
  }

  std::string KeyOf(const Json& object) {
    auto child = object.begin();
    std::advance(child, long(Below(object.size())));
    return child.key();
  }

  std::string Text() {
    static const std::vector<std::string> texts = {"",
                                                   " ",
                                                   "NaN",
                                                   "null",
                                                   "0",
                                                   "-1",
                                                   "007",
                                                   "1e5",
                                                   "36:42",
                                                   "PT36M42.00S",
                                                   "36",
                                                   "265:00",
                                                   "36.000000:42",
                                                   "-0:01",
                                                   "PT1M",
                                                   "0022400561",
                                                   "22400561",
                                                   "0029900001",
                                                   "00224005612",
                                                   "0022400561.0",
                                                   "2025-01-15",
                                                   "01/15/2025 00:00:00",
                                                   "2025-02-30",
                                                   "9999-12-31T23:59:59Z",
                                                   "0000-00-00",
                                                   "294247-01-10",
                                                   "-infinity",
                                                   "18446744073709551615",
                                                   "9223372036854775808",
                                                   "1 of 2",
                                                   "999999999999 of 2",
                                                   "9 of 99999999999",
                                                   "Final/OT99999999999",
                                                   "NYK",
                                                   "PHI",
                                                   "New York Knicks",
                                                   "Jos\u00e9",
                                                   "\u65e5\u672c",
                                                   "\u202e",
                                                   "\xf0\x9f\x8f\x80",
                                                   std::string(1, '\0'),
                                                   std::string("a\0b", 3),
                                                   "'",
                                                   "\"",
                                                   "\\",
                                                   "'; DROP TABLE raw_results; --",
                                                   "{}",
                                                   "[]",
                                                   "Interrupted",
                                                   "INTERRUPT Error",
                                                   "FATAL Error",
                                                   "No space left on device",
                                                   "Out of Memory",
                                                   "timed out",
                                                   "Connection",
                                                   "Could not set lock on file",
                                                   "Corrupt database file",
                                                   std::string(300, '9'),
                                                   std::string(3000, 'x'),
                                                   "\n",
                                                   "%s%n",
                                                   "$.a",
                                                   "*",
                                                   "(.*)*$",
                                                   "true"};
    return texts[Below(texts.size())];
  }

  Json Strange(const Json& was) {
    switch (Below(12)) {
      case 0:
        return nullptr;
      case 1:
        return Below(2) == 0;
      case 2:
        return int64_t(Below(5)) - 2;
      case 3:
        return std::vector<Json>{
            INT64_MIN, INT64_MAX, UINT64_MAX, INT32_MAX, INT32_MIN, 65536, -32769}[Below(7)];
      case 4:
        return std::vector<Json>{0.5, -0.0, 1e308, 1e-308, 7.0, 1e15, -3.9999999999}[Below(7)];
      case 5:
        return Json::array();
      case 6:
        return Json::object();
      case 7:
        return Json::array({was, Text()});
      case 8:
        return Json::object({{Text(), was}});
      case 9:  // the same as another type
        if (was.is_string())
          return Json::parse(was.get<std::string>(), nullptr, false).is_number()
                     ? Json::parse(was.get<std::string>())
                     : Json(was.get<std::string>() + Text());
        if (was.is_number()) return was.dump();
        return Json::array({Json::array({was})});
      default:
        return Text();
    }
  }

  std::string Damage(std::string text) {
    size_t at = Below(text.size() + 1);
    switch (Below(9)) {
      case 0:
        return text.substr(0, at);
      case 1:
        return "\xEF\xBB\xBF" + text;
      case 2:
        return text.insert(at, 1, char(0x80 + Below(128)));  // of no UTF-8
      case 3:
        return text.insert(at, 1, "\"\\{}[],:\n"[Below(9)]);
      case 4:
        return text + (Below(2) ? "\n" : "") + text.substr(0, at);
      case 5:
        return text.insert(at, std::vector<std::string>{"NaN", "Infinity", "-", "1e999999", "\\ud800",
                                                        "\\u0000", "// x\n", "\xff\xfe"}[Below(8)]);
      case 6:
        return std::string(1 + Below(3000), '[') + text;
      case 7:
        return "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD></HTML>";
      default:
        if (at < text.size()) text[at] = char(Below(256));
        return text;
    }
  }

  std::mt19937 random_;
};
