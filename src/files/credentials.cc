#include "files/credentials.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"

namespace backcourt {

namespace {

using Section = std::map<std::string, std::string>;

// `[name]` sections of `key = value` lines; false when the file cannot be read.
bool ReadIni(const std::string& path, std::map<std::string, Section>& sections) {
  std::ifstream in(path);
  if (!in) return false;
  std::string line, name;
  while (std::getline(in, line)) {
    line = Trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    size_t equals = line.find('=');
    if (line[0] == '[') {
      name = Trim(line.substr(1, line.find(']') - 1));
      if (name.starts_with("profile ")) name = Trim(name.substr(8));  // of ~/.aws/config
      sections[name];
    } else if (equals != std::string::npos) {
      sections[name][Trim(line.substr(0, equals))] = Trim(line.substr(equals + 1));
    }
  }
  return true;
}

std::string First(std::initializer_list<std::string> values) {
  for (const std::string& value : values)
    if (!value.empty()) return value;
  return "";
}

// Without scheme, user and port.
std::string HostOf(const std::string& url) {
  size_t start = url.find("://");
  start = start == std::string::npos ? 0 : start + 3;
  std::string host = url.substr(start, url.find('/', start) - start);
  host = host.substr(host.rfind('@') + 1);  // all of it without one
  return host.substr(0, host.rfind(':'));
}

}  // namespace

std::string FromEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

Result<S3Credentials> FindS3Credentials(const Environment& environment) {
  std::string folder = environment("HOME") + "/.aws/";
  std::string keys_file = First({environment("AWS_SHARED_CREDENTIALS_FILE"), folder + "credentials"});
  std::string config_file = First({environment("AWS_CONFIG_FILE"), folder + "config"});
  std::string profile = First({environment("AWS_PROFILE"), "default"});
  std::map<std::string, Section> sections;
  ReadIni(config_file, sections);
  ReadIni(keys_file, sections);
  Section& mine = sections[profile];

  S3Credentials found;
  found.region = First({environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"), mine["region"]});
  found.endpoint =
      First({environment("AWS_ENDPOINT_URL_S3"), environment("AWS_ENDPOINT_URL"), mine["endpoint_url"]});
  found.key_id = environment("AWS_ACCESS_KEY_ID");
  found.secret = environment("AWS_SECRET_ACCESS_KEY");
  found.token = environment("AWS_SESSION_TOKEN");
  if (!found.key_id.empty() && !found.secret.empty()) return found;
  found.key_id = mine["aws_access_key_id"];
  found.secret = mine["aws_secret_access_key"];
  found.token = mine["aws_session_token"];
  if (found.key_id.empty() && !environment("AWS_PROFILE").empty())
    return Error{
        ErrorKind::kSource,
        fmt::format("AWS_PROFILE names '{}', which has no aws_access_key_id in {}", profile, keys_file),
        "another profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"};
  return found;
}

GsCredentials FindGsCredentials(const Environment& environment) {
  return {environment("GS_ACCESS_KEY_ID"), environment("GS_SECRET_ACCESS_KEY"),
          environment("GOOGLE_OAUTH_ACCESS_TOKEN"), environment("GOOGLE_APPLICATION_CREDENTIALS")};
}

WebCredentials FindWebCredentials(const Environment& environment, const std::string& url) {
  WebCredentials found;
  std::string host = HostOf(url);
  std::istringstream tokens(environment("BACKCOURT_HTTP_TOKENS"));
  for (std::string pair; url.starts_with("https://") && tokens >> pair;)
    if (pair.starts_with(host + "=")) found.token = pair.substr(host.size() + 1);
  if (!found.token.empty()) return found;
  std::ifstream in(First({environment("NETRC"), environment("HOME") + "/.netrc"}));
  bool mine = false;
  for (std::string word, value; in >> word;) {
    if (word == "default") mine = false;
    if (word != "machine" && word != "login" && word != "password") continue;
    in >> value;
    if (word == "machine")
      mine = value == host && found.user.empty();
    else if (mine && word == "login")
      found.user = value;
    else if (mine)
      found.password = value;
  }
  return found;
}

const std::vector<std::string> kCertificatePlaces = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older ones of these
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine, macOS
};

std::string FindCertificates(const std::string& configured, const Environment& environment,
                             const std::vector<std::string>& places) {
  std::string named = First({configured, environment("SSL_CERT_FILE"), environment("CURL_CA_BUNDLE")});
  if (!named.empty()) return named;
  std::error_code ignored;
  for (const std::string& place : places)
    if (std::filesystem::exists(place, ignored)) return place;
  return environment("BACKCOURT_CERTIFICATES");
}

}  // namespace backcourt
