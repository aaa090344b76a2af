// Bytes that leave as they come, to a client or a pipe.
#pragma once

#include <functional>
#include <string_view>

namespace backcourt {

// Takes the next ones; false once nobody waits for more.
using Bytes = std::function<bool(std::string_view)>;

}  // namespace backcourt
