// What goes over the holder's socket, both ways, and its lock file.
#include "serve/warehouse_lock.h"
#include "tests/fuzz/fuzz.h"

using namespace backcourt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text = TextOf(data, size);
  std::vector<std::string> words = Holder::ParseRequest(text);
  Must(words.size() <= text.size());
  Holder::Message message = Holder::ParseMessage(text);
  Must(message.out.size() + message.error.size() <= 3 * text.size());
  Must(Holder::ParseInfo(text).socket.size() <= 3 * text.size());
  return 0;
}
