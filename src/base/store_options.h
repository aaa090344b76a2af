// How object stores and web servers are reached: [stores] of backcourt.toml.
#pragma once

#include <string>

namespace backcourt {

struct StoreOptions {
  std::string s3_endpoint;   // of a server other than Amazon's, as http://127.0.0.1:9000
  std::string s3_region;     // else AWS_REGION, the profile's, us-east-1
  std::string s3_url_style;  // vhost or path; path where an endpoint is named
  std::string gs_endpoint;   // of a server other than Google's
  std::string ca_file;       // certificates to trust, PEM; else the system's
  std::string cache;         // folder of the objects that were fetched
  int timeout = 10;          // seconds of one request; a second more for each megabyte
  int retries = 2;           // after 429, 5xx and what breaks on the way
  int parallel = 8;          // objects fetched side by side
};

}  // namespace backcourt
