#include "serve/site.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/text.h"
#include "serve/answer.h"
#include "serve/login.h"
#include "serve/openapi.h"
#include "serve/page_files.h"
#include "serve/public_text.h"

namespace backcourt {

namespace fs = std::filesystem;

namespace {

constexpr int kPageRows = 10'000;  // of an answer in JSON
constexpr size_t kPageBytes = 64 << 20;
constexpr int kFileRows = 10'000'000;  // of one in CSV or Parquet
constexpr int kMostWorking = 4;        // requests that ask for rows or checks at the same time
constexpr size_t kPiece = 256 << 10;   // of a file that is sent
constexpr const char* kApi = "/api/v1/";

void AddSafety(Reply& reply) {
  reply.Header(
      "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'");
  reply.Header("X-Content-Type-Options", "nosniff");
  reply.Header("X-Frame-Options", "DENY");
  reply.Header("Referrer-Policy", "same-origin");  // with none, browsers send forms with `Origin: null`
  reply.Header("Cross-Origin-Opener-Policy", "same-origin");
  reply.Header("Cross-Origin-Resource-Policy", "same-origin");
}

void SendJson(Reply& reply, int status, std::string_view text) {
  SendText(reply, status, "application/json", text);
}

std::string Unpacked(std::string_view gzip) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return "";
  std::string text;
  char piece[16 << 10];
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = uInt(gzip.size());
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, sizeof piece - stream.avail_out);
  }
  inflateEnd(&stream);
  return text;
}

const char* TypeOfFile(const std::string& path) {
  static const std::pair<const char*, const char*> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                               {".js", "text/javascript; charset=utf-8"},
                                                               {".css", "text/css; charset=utf-8"},
                                                               {".svg", "image/svg+xml"},
                                                               {".png", "image/png"},
                                                               {".ico", "image/x-icon"},
                                                               {".json", "application/json"},
                                                               {".woff2", "font/woff2"},
                                                               {".txt", "text/plain; charset=utf-8"},
                                                               {".webmanifest", "application/manifest+json"}};
  for (const auto& [extension, type] : kTypes)
    if (path.ends_with(extension)) return type;
  return "application/octet-stream";
}

// Whether a name holds a digest of the file, as app-40ED5862FC.js: what is in it never changes.
bool NamesItsContent(const std::string& path) {
  size_t dot = path.rfind('.'), dash = path.rfind('-', dot);
  if (dot == std::string::npos || dash == std::string::npos || dot < dash + 9) return false;
  return path.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", dash + 1) == dot;
}

constexpr const char* kNoPage = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Backcourt</title>
<h1>Backcourt</h1>
<p>This program was built without its page. <code>make page</code>, then <code>make program</code>, builds it in.</p>
<p>The API is here: <a href="/openapi.json">/openapi.json</a></p>
</html>
)";

int64_t NumberOf(const std::string& text, int64_t otherwise) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0 ? number : otherwise;
}

// Behind which event a watcher goes on.
int64_t AfterOf(const HttpRequest& request, int64_t otherwise) {
  int64_t after = NumberOf(request.Query("after"), otherwise);
  return NumberOf(request.Header("Last-Event-ID"), after);
}

std::shared_ptr<Reply> OpenStream(Reply& reply) {
  reply.Status(200);
  reply.Header("Content-Type", "text/event-stream");
  reply.Header("Cache-Control", "no-store");
  reply.Header("X-Accel-Buffering", "no");
  return reply.KeepOpen();
}

bool IsPath(const nlohmann::json& request, const Schema::Field& field) {
  auto value = request.find(field.name);
  if (!field.facets.path || value == request.end() || value->is_null()) return false;
  return value->is_string() ? !value->get_ref<const std::string&>().empty() : !value->empty();
}

}  // namespace

int StatusOf(const Error& error) {
  if (error.absent) return 404;
  switch (error.kind) {
    case ErrorKind::kUsage:
      return 400;
    case ErrorKind::kBusy:
      return 409;
    case ErrorKind::kSource:
    case ErrorKind::kData:
    case ErrorKind::kModel:
    case ErrorKind::kProof:
      return 422;
    case ErrorKind::kTransient:
    case ErrorKind::kInterrupted:
      return 503;
    case ErrorKind::kCapacity:
      return 507;
  }
  return 500;
}

Site::Site(Host& host, const Gate& gate, SiteOptions options)
    : host_(host), gate_(gate), options_(std::move(options)) {}

void Site::Fail(Reply& reply, const Error& error, int status) {
  FileNames names = host_.log().names();
  SendJson(reply, status ? status : StatusOf(error),
           ErrorJson({error.kind, WithoutPaths(names, error.message), WithoutPaths(names, error.hint)}));
}

void Site::Answer(const HttpRequest& request, Reply& reply) {
  if (request.local && request.path.starts_with("/v1/")) return AnswerShell(request, reply);
  if (!request.local) {
    AddSafety(reply);
    if (auto refusal = gate_.Refuse(request)) return Fail(reply, refusal->error, refusal->status);
  }
  if (request.path == "/healthz") return SendText(reply, 200, "text/plain", "ok\n");
  if (IsOfLogin(request.path) && !request.local) return AnswerLogin(gate_, request, reply);
  if (!request.local && !gate_.KnowsToken(request) && request.path != "/readyz") {
    bool visit = request.method == "GET" && !request.path.starts_with("/api/") &&
                 request.Header("Accept").find("text/html") != std::string::npos;
    if (!visit)
      return Fail(
          reply,
          {ErrorKind::kUsage, "the token is missing or wrong", "Authorization: Bearer TOKEN, or /login"},
          401);
    std::string to = request.path + (request.query.empty() ? "" : "?" + request.query);
    reply.Header("Location", LoginFor(to));
    return SendText(reply, 303, "text/plain", "");
  }
  if (request.path.starts_with("/api/")) return AnswerApi(request, reply);
  if (request.method != "GET" && request.method != "HEAD")
    return Fail(reply, {ErrorKind::kUsage, fmt::format("{} is not answered here", request.method), ""}, 405);
  if (request.path == "/readyz" || request.path == "/metrics") return AnswerMonitor(request, reply);
  if (request.path == "/openapi.json") return SendJson(reply, 200, OneLine(OpenApi()));
  AnswerPage(request, reply);
}

// Lines of JSON, as `answer.h` has them; here long verbs are done too.
void Site::AnswerShell(const HttpRequest& request, Reply& reply) {
  std::string name = request.query.empty() ? Server::VerbOf(request.path) : "";
  const Verb* verb = FindVerb(name);
  if (name.empty() || request.method != "POST") {
    reply.Status(name.empty() ? 404 : 405);
    reply.Line(ErrorJson({ErrorKind::kUsage, "no request that is answered: POST /v1/<verb> is", ""}));
    return;
  }
  Cancel none;
  Cancel gone(none, [&reply] { return !reply.Alive(); });
  Result<nlohmann::json> report = [&]() -> Result<nlohmann::json> {
    if (!verb || !verb->run) return Error{ErrorKind::kUsage, fmt::format("unknown verb '{}'", name), ""};
    auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (!body.is_object()) return Error{ErrorKind::kUsage, "the body is not a JSON object", ""};
    if (Host::IsLong(*verb))
      return host_.Follow(*verb, body, gone, [&](const std::string& event) { reply.Line(event); });
    Bytes send = [&](std::string_view bytes) { return SendBytes(reply, bytes); };
    return nlohmann::json::parse(*TRY(host_.Ask(*verb, body, gone, true, send)));
  }();
  reply.Line(EndLine(report));
}

void Site::AnswerApi(const HttpRequest& request, Reply& reply) {
  if (request.path == std::string(kApi) + "activities" && request.method == "GET")
    return SendJson(reply, 200, host_.log().List());
  if (request.path == std::string(kApi) + "changes" && request.method == "GET") {
    auto stream = OpenStream(reply);
    return host_.log().FollowAll(AfterOf(request, -1), stream);
  }
  constexpr std::string_view kActivities = "/api/v1/activities/", kEvents = "/events";
  if (std::string_view path = request.path; path.starts_with(kActivities) && path.ends_with(kEvents) &&
                                            path.size() > kActivities.size() + kEvents.size()) {
    std::string id(path.substr(kActivities.size(), path.size() - kActivities.size() - kEvents.size()));
    if (request.method != "GET")
      return Fail(reply, {ErrorKind::kUsage, fmt::format("{} is not answered here", request.method), "GET"},
                  405);
    if (!host_.log().Has(id))
      return Fail(reply, {ErrorKind::kUsage, "there is no such activity", "/api/v1/activities lists them"},
                  404);
    auto stream = OpenStream(reply);
    if (!host_.log().Follow(id, AfterOf(request, 0), stream)) stream->Finish();
    return;
  }
  std::string name = request.query.empty() ? Server::VerbOf(request.path, kApi) : "";
  const Verb* verb = FindVerb(name);
  if (!verb || !IsAsked(*verb))
    return Fail(reply, {ErrorKind::kUsage, "nothing is here", "/openapi.json lists what can be asked"}, 404);
  if (request.method != "POST") {
    reply.Header("Allow", "POST");
    return Fail(reply, {ErrorKind::kUsage, fmt::format("{} is asked by POST", name), ""}, 405);
  }
  AnswerVerb(*verb, request, reply);
}

void Site::AnswerVerb(const Verb& verb, const HttpRequest& request, Reply& reply) {
  if (!request.local && !Lower(request.Header("Content-Type")).starts_with("application/json"))
    return Fail(
        reply,
        {ErrorKind::kUsage, "the request is not of type application/json", "Content-Type: application/json"},
        415);
  if (!request.local && Acts(verb) && !gate_.MayAct(request))
    return Fail(
        reply,
        {ErrorKind::kUsage, fmt::format("{} takes the token of the page, in X-Backcourt-Token", verb.name),
         "the page, the command line, or the Unix socket beside the warehouse"},
        403);
  auto body = nlohmann::json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
  if (!body.is_object()) return Fail(reply, {ErrorKind::kUsage, "the body is not a JSON object", "{}"});
  if (auto whole = verb.read(body); !whole) return Fail(reply, whole.error());
  if (auto confined = Confine(verb, body, request.local); !confined)
    return Fail(reply, confined.error(), 403);
  if (Host::IsLong(verb)) {
    auto place = host_.Begin(verb, body, false);
    if (!place) return Fail(reply, place.error());
    return SendJson(reply, 202, OneLine({{"activity", place->id}, {"joined", place->joined}}));
  }
  SendRows(verb, std::move(body), reply);
}

// A page does not reach files of the machine: neither by a request's paths nor by rows without end.
Result<> Site::Confine(const Verb& verb, nlohmann::json& request, bool local) const {
  if (local) return {};
  for (const Schema::Field& field : verb.request.fields)
    if (IsPath(request, field) && verb.name != std::string("forget") && !(options_.loopback && Acts(verb)))
      return Error{ErrorKind::kUsage, fmt::format("{} names a file of the server's machine", field.name),
                   "the command line, on that machine"};
  return {};
}

// The rows that a query has written, once.
void Site::SendFile(const std::string& file, const std::string& name, const std::string& format, int64_t rows,
                    Reply& reply) {
  std::ifstream content(file, std::ios::binary);
  unlink(file.c_str());
  if (rows > kFileRows)
    return Fail(reply,
                {ErrorKind::kUsage, fmt::format("the answer has more than {} rows", WithCommas(kFileRows)),
                 "LIMIT in the query, or the format arrow, which is a stream"});
  if (!content)
    return Fail(reply, {ErrorKind::kCapacity, "the rows cannot be read again", "free disk space"});
  reply.Header("Content-Type",
               format == "csv" ? "text/csv; charset=utf-8" : "application/vnd.apache.parquet");
  reply.Header("Content-Disposition", fmt::format("attachment; filename=\"{}.{}\"", name, format));
  reply.Header("Cache-Control", "no-store");
  std::string piece(kPiece, '\0');
  while (content.read(piece.data(), std::streamsize(piece.size())), content.gcount() > 0)
    if (!reply.Send(std::string_view(piece).substr(0, size_t(content.gcount())))) return;
}

void Site::SendRows(const Verb& verb, nlohmann::json request, Reply& reply) {
  Cancel none;
  Cancel gone(none, [&reply] { return !reply.Alive(); });
  std::string name = verb.name, format = request.value("format", "");
  bool rows = Host::HasRows(verb), works = rows || name == "check";
  if (rows) {
    int most = format == "csv" || format == "parquet" ? kFileRows + 1 : kPageRows;
    auto limit = request.find("limit");
    bool within = limit != request.end() && limit->is_number_integer() && *limit <= most;
    if (!within && format != "arrow")
      request["limit"] = most;  // a stream ends with its reader, or its minute
  }
  struct Turn {  // waits for its turn
    Turn(Site& site, bool works, const Cancel& gone) : site(site), works(works) {
      std::unique_lock lock(site.mutex_);
      while (works && site.working_ >= kMostWorking && !gone.Requested())
        site.free_.wait_for(lock, std::chrono::milliseconds(100));
      site.working_ += works;
    }
    ~Turn() {
      std::lock_guard lock(site.mutex_);
      site.working_ -= works;
      site.free_.notify_one();
    }
    Site& site;
    const bool works;
  } turn(*this, works, gone);
  if (gone.Requested()) return;
  std::string file;
  if (rows && (format == "csv" || format == "parquet")) {
    file = fmt::format("{}.{}.{}.tmp", host_.workspace()->project().warehouse, getpid(),
                       RandomSecret().substr(0, 12));
    request["output"] = file;
  }
  bool begun = false;
  auto report = host_.Ask(verb, request, gone, false, [&](std::string_view bytes) {
    if (!begun) reply.Header("Content-Type", "application/vnd.apache.arrow.stream");
    begun = true;
    return reply.Send(bytes);
  });
  if (begun) return report ? void() : reply.BreakOff();
  if (!report) return Fail(reply, report.error());
  if (rows && file.empty() && (*report)->size() > kPageBytes)
    return Fail(reply,
                {ErrorKind::kUsage,
                 fmt::format("the answer is larger than the {} MB that a page shows", kPageBytes >> 20),
                 "fewer rows, shorter values, or a file: CSV or Parquet"});
  if (file.empty()) return SendJson(reply, 200, **report);
  SendFile(file, name, format, nlohmann::json::parse(**report).at("written"), reply);
}

void Site::AnswerMonitor(const HttpRequest& request, Reply& reply) {
  if (request.path == "/readyz") {
    if (auto ready = host_.Ready(); !ready)
      return SendText(reply, 503, "text/plain",
                      WithoutPaths(host_.log().names(), ready.error().message) + "\n");
    return SendText(reply, 200, "text/plain", "ready\n");
  }
  Cancel none;
  auto report = host_.Ask(*FindVerb("metrics"), nlohmann::json::object(), none, false);
  if (!report) return Fail(reply, report.error());
  SendText(reply, 200, "text/plain; version=0.0.4; charset=utf-8",
           nlohmann::json::parse(**report).at("text").get<std::string>());
}

void Site::AnswerPage(const HttpRequest& request, Reply& reply) {
  std::string path = request.path.substr(std::min<size_t>(1, request.path.size()));
  bool is_file = path.find('.') != std::string::npos;
  if (path.find("..") != std::string::npos) is_file = true, path = "no/such.file";
  if (!is_file) path = "index.html";
  std::string bytes, tag;
  bool packed = false;
  if (!options_.page.empty()) {
    auto read = ReadFile((fs::path(options_.page) / path).string());
    if (read) bytes = *read;
  } else {
    for (const PageFile& file : PageFiles())
      if (file.path == path) bytes = file.bytes, tag = file.tag, packed = true;
  }
  if (path == "index.html") {
    if (bytes.empty()) return SendText(reply, 200, "text/html; charset=utf-8", kNoPage);
    std::string text = packed ? Unpacked(bytes) : bytes;
    text = ReplaceAll(std::move(text), "BACKCOURT_TOKEN", gate_.page_token());
    return SendText(reply, 200, "text/html; charset=utf-8", text);
  }
  if (bytes.empty()) return Fail(reply, {ErrorKind::kUsage, "nothing is here", "/"}, 404);
  std::string quoted = "\"" + tag + "\"";
  reply.Header("Content-Type", TypeOfFile(path));
  if (!tag.empty()) {
    reply.Header("ETag", quoted);
    reply.Header("Cache-Control", NamesItsContent(path) ? "public, max-age=31536000, immutable" : "no-cache");
    if (request.Header("If-None-Match") == quoted) return reply.Status(304);
  }
  if (packed && request.Header("Accept-Encoding").find("gzip") != std::string::npos) {
    reply.Header("Content-Encoding", "gzip");
    reply.SendWhole(bytes);
  } else {
    reply.SendWhole(packed ? Unpacked(bytes) : bytes);
  }
}

}  // namespace backcourt
