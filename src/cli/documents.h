// The documents that are made from headers and from the registry.
#pragma once

#include <string>

#include "operations/dictionary.h"

namespace backcourt {

std::string DictionaryPage(const DictionaryReport& dictionary);
std::string GraphPage(const DictionaryReport& dictionary);
// What `--json` prints, key by key.
std::string JsonOutputPage();
std::string ApiPage();
// The same as types: python/backcourt/outputs.py.
std::string PythonTypes();

}  // namespace backcourt
