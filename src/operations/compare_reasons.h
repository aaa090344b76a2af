// Why a value of another system may differ from ours: each reason a predicate over one row's two values.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace backcourt {

enum class ValueKind { kNumber, kBool, kText, kDate, kTime };

ValueKind ValueKindOf(const std::string& type);
// A value of a column, so that both sides can be compared: a DOUBLE, BOOLEAN, VARCHAR, DATE or TIMESTAMP.
std::string Comparable(ValueKind kind, const std::string& value);
// Whether two comparable values differ. NULL equals NULL.
std::string Differs(ValueKind kind, const std::string& ours, const std::string& theirs, double tolerance);

struct Reason {
  std::string about, holds;  // `holds`: true where it explains the row
};

// One column of joined rows. The texts are SQL expressions.
struct ValuePair {
  ValueKind kind;
  std::string ours, theirs;  // comparable
  std::string text;          // theirs as it is written; empty where that is not a text
  double tolerance = 0;
  int digits = -1;        // that theirs has after the point, where ours has more; -1: not known
  bool constant = false;  // theirs is one value in all rows, ours is not
  std::string otherwise;  // the most frequent of theirs where ours has none; may be empty

  // Whether theirs is another value, as far as its digits tell.
  std::string Is(const std::string& value) const;
};

// Those that need nothing but the two values.
std::vector<Reason> ValueReasons(const ValuePair& pair);

}  // namespace backcourt
