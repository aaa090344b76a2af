#include "files/file_shape.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace backcourt {

namespace {

// The length that comes out of a compressed file, as it says itself at its end.
size_t SaidLength(const std::string& path) {
  unsigned char trailer[4] = {};
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  in.seekg(-std::min<std::streamoff>(in.tellg(), sizeof trailer), std::ios::end);
  in.read(reinterpret_cast<char*>(trailer), sizeof trailer);
  return trailer[0] | size_t(trailer[1]) << 8 | size_t(trailer[2]) << 16 | size_t(trailer[3]) << 24;
}

// A Parquet file begins and ends with its mark; one that is cut off does not.
Result<> CheckParquet(const FoundFile& file) {
  std::ifstream in(file.Bytes(), std::ios::binary);
  char begin[4] = {}, end[4] = {};
  in.read(begin, sizeof begin);
  in.seekg(-std::streamoff(sizeof end), std::ios::end);
  in.read(end, sizeof end);
  if (in && std::memcmp(begin, "PAR1", 4) == 0 && std::memcmp(end, "PAR1", 4) == 0) return {};
  return Error{ErrorKind::kSource, fmt::format("{} is not a complete Parquet file", file.path),
               "fetch it again; nothing was loaded"};
}

}  // namespace

Result<> CheckShape(const FoundFile& file) {
  bool packed = file.path.ends_with(".gz"),
       csv = file.path.ends_with(".csv") || file.path.ends_with(".csv.gz");
  if (file.path.ends_with(".parquet")) return CheckParquet(file);
  std::error_code ignored;
  size_t size = std::filesystem::file_size(file.Bytes(), ignored);
  if (ignored || (!packed && !csv)) return {};
  auto bomb = [&](size_t unpacked) { return packed && unpacked > kUnpacked && unpacked / kTimes > size; };
  Error is_bomb{
      ErrorKind::kSource,
      fmt::format("{} would be more than {} MB unpacked, more than {} times its size: no file of a feed is",
                  file.path, kUnpacked >> 20, kTimes),
      "fetch it again; nothing was loaded"};
  if (!csv && bomb(SaidLength(file.Bytes()))) return is_bomb;
  if (!csv || (!packed && size <= kLongestLine)) return {};

  std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.Bytes().c_str(), "rb"), gzclose);
  if (!in) return {};  // the engine tells why
  std::vector<char> buffer(1 << 20);
  size_t total = 0, line = 0;  // bytes, and those since the last end of a line
  for (int n; (n = gzread(in.get(), buffer.data(), unsigned(buffer.size()))) > 0;) {
    const char* begin = buffer.data();
    auto first = static_cast<const char*>(std::memchr(begin, '\n', size_t(n)));
    line += first ? size_t(first - begin) : size_t(n);
    if (line > kLongestLine && bomb(SaidLength(file.Bytes()))) return is_bomb;
    if (line > kLongestLine)
      return Error{ErrorKind::kSource, fmt::format("{} has a line longer than 2 MB", file.path),
                   "fix the file, then load again; nothing was loaded"};
    if (first) line = size_t(begin + n - static_cast<const char*>(memrchr(begin, '\n', size_t(n))));
    if (bomb(total += size_t(n))) return is_bomb;
  }
  int state = Z_OK;
  const char* why = gzerror(in.get(), &state);
  if (state != Z_OK && state != Z_STREAM_END)
    return Error{
        ErrorKind::kSource,
        fmt::format("{} cannot be unpacked: {}", file.path, state == Z_BUF_ERROR ? "it is cut off" : why),
        "fetch it again; nothing was loaded"};
  return {};
}

}  // namespace backcourt
