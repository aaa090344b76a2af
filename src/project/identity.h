// What a model is, as one digest: a model whose identity changes is made again.
#pragma once

#include "project/project.h"

namespace backcourt {

// Sets the identities of all models. A model is what makes its rows: its tokens, reads, date, key and
// functions; and its columns where these are not those of its SELECT as they stand (a warehouse of a version
// that knew no others stays fresh). What makes its cells beside their rows has an identity of its own.
void Identify(Project& project);

}  // namespace backcourt
