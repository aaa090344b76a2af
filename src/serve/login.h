// The page on which a person shows the token, where one is needed.
#pragma once

#include <string>

#include "serve/gate.h"
#include "serve/server.h"

namespace backcourt {

// Whether an address is the login page's, or its style sheet's.
bool IsOfLogin(const std::string& path);
// The address of the login page for who wants to go on to a place of the page.
std::string LoginFor(const std::string& place);
// REQUIRES: IsOfLogin(request.path).
void AnswerLogin(const Gate& gate, const HttpRequest& request, Reply& reply);

}  // namespace backcourt
