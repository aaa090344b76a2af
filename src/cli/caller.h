// Has operations done: in this process, when it can have the warehouse, else in
// the one that holds it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operations/registry.h"
#include "serve/server.h"
#include "serve/warehouse_lock.h"

namespace backcourt {

class Caller {
 public:
  // `command`: what other shells are told of this one. `cancel` outlives this.
  Caller(Project project, std::string command, const Cancel& cancel);
  ~Caller();

  const Project& project() const { return workspace_.project(); }
  const Cancel& cancel() const { return cancel_; }
  const std::string& command() const { return workspace_.command(); }  // a line for a shell

  // Has the warehouse to itself until this ends; kBusy while another process has it.
  Result<WarehouseLock*> Hold();

  template <typename Request, typename Report>
  Result<Report> Ask(const char* verb, Result<Report> (*run)(Workspace&, const Request&, const Cancel&),
                     const std::type_identity_t<Request>& request) {
    if (TRY(Here(verb, request, nullptr))) return run(workspace_, request, cancel_);
    return FromJson<Report>(std::move(answer_));
  }
  // Those whose report may be a stream of bytes.
  template <typename Request, typename Report>
  Result<Report> Ask(const char* verb,
                     Result<Report> (*run)(Workspace&, const Request&, const Cancel&, const Bytes&),
                     const std::type_identity_t<Request>& request, const Bytes& bytes) {
    if (TRY(Here(verb, request, nullptr, bytes))) return run(workspace_, request, cancel_, bytes);
    return FromJson<Report>(std::move(answer_));
  }
  // Long ones: other shells are answered while they run here.
  template <typename Request, typename Report>
  Result<Report> Ask(const char* verb,
                     Result<Report> (*run)(Workspace&, const Request&, const Cancel&, const Events&),
                     const std::type_identity_t<Request>& request, const Events& events) {
    if (!TRY(Here(verb, request, events))) return FromJson<Report>(std::move(answer_));
    Serve();
    return run(workspace_, request, cancel_, events);
  }

 private:
  // Becomes the holder, or has the holder answer: `answer_` is its report then.
  template <typename Request>
  Result<bool> Here(const char* verb, const Request& request, const Events& events,
                    const Bytes& bytes = nullptr) {
    return HereOrThere(*FindVerb(verb), [&] { return ToJson(request); }, events, bytes);
  }
  Result<bool> HereOrThere(const Verb& verb, const std::function<nlohmann::json()>& request,
                           const Events& events, const Bytes& bytes);
  // Once bytes have come, no error is of kind kTransient: a second answer would follow half a first one.
  Result<nlohmann::json> AskHolder(const HolderInfo& holder, const Verb& verb, const nlohmann::json& request,
                                   const Events& events, const Bytes& bytes);
  Error Busy(const HolderInfo& other) const;
  void Serve();

  std::unique_ptr<WarehouseLock> lock_;  // goes last: until then nobody else may open the warehouse
  Workspace workspace_;
  const Cancel& cancel_;
  std::unique_ptr<Server> server_;
  nlohmann::json answer_;
};

}  // namespace backcourt
