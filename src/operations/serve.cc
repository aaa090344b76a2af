#include "operations/serve.h"

namespace backcourt {

void Describe(Visitor& v, ServeRequest& r) {
  v.Struct("ServeRequest", "Where to serve, and for whom.");
  v.Field("port", r.port, "The port (default: 8421); 0 takes a free one.",
          {.metavar = "N", .least = -0.5, .most = 65535});
  v.Field("host", r.host, "The address to listen at (default: 127.0.0.1, this machine alone).",
          {.metavar = "ADDR"});
  v.Field("token_file", r.token_file,
          "A file with a token that everybody must show; needed for another address than this machine's.",
          {.metavar = "FILE", .path = true});
  v.Field("name", r.names, "A name under which the server is reached, as through a proxy.",
          {.metavar = "NAME"});
  v.Field("daily", r.daily,
          "Load and fill by itself after the games of each date, as `backcourt daily` does.");
  v.Field("page", r.page, "Take the page's files from this folder, to work on them.",
          {.metavar = "DIR", .path = true});
}

}  // namespace backcourt
