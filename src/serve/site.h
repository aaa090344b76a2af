// What a server answers over TCP: the page, the API, events, and what monitors ask.
// Over the Unix socket it answers other shells, as every process that holds the
// warehouse does, and the same API.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

#include "serve/gate.h"
#include "serve/host.h"
#include "serve/server.h"

namespace backcourt {

struct SiteOptions {
  std::string page;      // a folder that has the page's files, in place of those in the program; empty: these
  bool loopback = true;  // whether only this machine reaches it
};

class Site {
 public:
  Site(Host& host, const Gate& gate, SiteOptions options);

  void Answer(const HttpRequest& request, Reply& reply);

 private:
  void AnswerShell(const HttpRequest& request, Reply& reply);
  void AnswerApi(const HttpRequest& request, Reply& reply);
  void AnswerVerb(const Verb& verb, const HttpRequest& request, Reply& reply);
  void SendRows(const Verb& verb, nlohmann::json request, Reply& reply);
  void SendFile(const std::string& file, const std::string& name, const std::string& format, int64_t rows,
                Reply& reply);
  void AnswerMonitor(const HttpRequest& request, Reply& reply);
  void AnswerPage(const HttpRequest& request, Reply& reply);
  Result<> Confine(const Verb& verb, nlohmann::json& request, bool local) const;
  void Fail(Reply& reply, const Error& error, int status = 0);

  Host& host_;
  const Gate& gate_;
  const SiteOptions options_;
  std::mutex mutex_;
  std::condition_variable free_;
  int working_ = 0;  // requests that ask the warehouse for rows
};

// The HTTP status of an error.
int StatusOf(const Error& error);

}  // namespace backcourt
