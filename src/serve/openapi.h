// What can be asked over HTTP, as OpenAPI 3.1: made from the registry of verbs.
#pragma once

#include <nlohmann/json.hpp>

#include "operations/registry.h"

namespace backcourt {

// Verbs that are asked over HTTP: not those that are a server themselves, or that need no project.
bool IsAsked(const Verb& verb);
// Whether a verb changes something, and so takes the token of the page.
bool Acts(const Verb& verb);

nlohmann::json OpenApi();

}  // namespace backcourt
