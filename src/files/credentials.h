// Credentials for object stores, from the environment and the usual files. They
// go to the engine's secrets and nowhere else: nothing prints them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace backcourt {

// The value of an environment variable, "" when it is not set.
using Environment = std::function<std::string(const std::string& name)>;
std::string FromEnvironment(const std::string& name);  // that of this process

struct S3Credentials {
  std::string key_id, secret, token;  // empty: anonymous
  std::string region, endpoint;
};

// AWS_* variables; else the profile AWS_PROFILE (or default) of
// ~/.aws/credentials and ~/.aws/config, or the files that
// AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name. A named profile that is
// not there is an error.
Result<S3Credentials> FindS3Credentials(const Environment& environment);

struct GsCredentials {
  std::string key_id, secret;  // an HMAC key: GS_ACCESS_KEY_ID, GS_SECRET_ACCESS_KEY
  std::string bearer;          // GOOGLE_OAUTH_ACCESS_TOKEN
  std::string key_file;        // GOOGLE_APPLICATION_CREDENTIALS
};

GsCredentials FindGsCredentials(const Environment& environment);

struct WebCredentials {
  std::string token;           // of BACKCOURT_HTTP_TOKENS, "host=token" with blanks between
  std::string user, password;  // of the machine in ~/.netrc, or in the file that NETRC names
};

// Those for the host of a URL alone: no other host is sent them. A token is for https only.
WebCredentials FindWebCredentials(const Environment& environment, const std::string& url);

// The file of certificates to trust: the configured one; else SSL_CERT_FILE or
// CURL_CA_BUNDLE; else the system's, wherever a Linux keeps it; else the one that
// BACKCOURT_CERTIFICATES names, which the Python package sets. "" without any.
std::string FindCertificates(const std::string& configured, const Environment& environment,
                             const std::vector<std::string>& places);
extern const std::vector<std::string> kCertificatePlaces;

}  // namespace backcourt
