// What a raw table, a seed or a model is: its whole declaration, part by part, as texts that can be compared
// with those that the warehouse's table was made by.
#pragma once

#include <map>
#include <string>

#include "project/project.h"

namespace backcourt {

// Parts by name, as key or unit. Equal parts make equal tables of equal inputs.
using Declaration = std::map<std::string, std::string>;

// Of a raw table: without its sources, of which a load keeps the names.
Declaration DeclarationOf(const RawTable& table);
Declaration DeclarationOf(const Model& model);

// "raw", "model" or "view".
const char* KindOf(const Model& model);
inline constexpr const char* kRawKind = "raw";
inline constexpr const char* kSeedKind = "seed";

}  // namespace backcourt
