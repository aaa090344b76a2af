// What the TOML parser does where a text breaks its own assumptions: it throws,
// and TomlTable::Parse tells, in place of an end of the program. All that the
// program has of the parser must be built with this, the driver manager too.
#pragma once

#include <stdexcept>

namespace backcourt {

constexpr void AssumeOfToml(bool holds) {
  if (!holds) throw std::logic_error("the TOML parser is confused");
}

}  // namespace backcourt

#define TOML_ASSERT(expr) ::backcourt::AssumeOfToml(static_cast<bool>(expr))
