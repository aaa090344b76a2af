// A warehouse in memory, without an engine: rows are vectors, a SELECT is what a
// function of the test makes of it. It tells the order of effects, fails where it
// is asked to, and publishes all or nothing, as the seam promises.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "project/project.h"
#include "warehouse/warehouse.h"

namespace backcourt::testing {

struct FakeRow {
  PartitionKey partition = 0;
  std::string value;
  bool operator==(const FakeRow&) const = default;
};
using FakeRows = std::vector<FakeRow>;

class FakeWarehouse : public Warehouse {
 public:
  // Models are known by their bodies, which must not be parts of each other.
  explicit FakeWarehouse(const Project& project) : project_(project) {}

  // The rows of a model's SELECT: one a date unless the test says otherwise.
  std::function<Result<FakeRows>(const std::string& table, const std::vector<Date>& dates)> compute =
      [](const std::string&, const std::vector<Date>& dates) {
        FakeRows rows;
        for (Date date : dates)
          rows.push_back({date.days, "1"});
        return Result<FakeRows>(rows);
      };
  // The answer to a query (checks, notes): no rows unless the test says otherwise.
  std::function<Result<Rows>(const std::string& select)> answer = [](const std::string&) { return Rows(); };
  // The error of a step, if it is to fail: stage, digest, query, publish, commit, record.
  std::function<std::optional<Error>(const std::string& step, const std::string& table)> fault;

  // What happened, in order: "stage summary", "commit summary", ...
  std::vector<std::string> effects() const {
    std::lock_guard lock(mutex_);
    return effects_;
  }
  void Forget() {
    std::lock_guard lock(mutex_);
    effects_.clear();
  }
  std::map<std::string, FakeRows> tables;  // as published, in order of partitions
  Cells cells;                             // the ledger

  Result<std::unique_ptr<Workbench>> Open() override {
    return std::unique_ptr<Workbench>(std::make_unique<Bench>(*this));
  }
  std::unique_ptr<Workbench> OpenOn(Connection&) override { return std::make_unique<Bench>(*this); }
  Result<std::unique_ptr<Connection>> Connect() override {
    return Error{ErrorKind::kUsage, "there is no file behind a fake", ""};
  }
  Result<std::unique_ptr<Connection>> ConnectToLedger() override { return Connect(); }
  Result<> WaitForFunctions() override { return {}; }
  Result<> Recover() override { return {}; }
  Result<> BringRawRows(const Cancel&, const std::function<void(const std::string&)>&) override { return {}; }
  Result<> ShareAmong(int) override { return {}; }
  BatchCosts costs() const override { return {}; }
  Result<std::string> Version() override { return std::string("fake"); }

 private:
  class FakeDialect : public Dialect {
   public:
    std::string DayNumber(const std::string& date) const override { return date; }
    std::string WriteOrder() const override { return ""; }
    std::string ParquetFile(const std::string& path) const override { return path; }
    std::vector<std::string> RowOrders() const override { return {}; }
  };

  class Bench : public Workbench {
   public:
    explicit Bench(FakeWarehouse& warehouse) : warehouse_(warehouse) {}

    const Dialect& dialect() const override { return dialect_; }
    Result<Columns> Stage(const std::string& name, const std::string& select) override {
      const Model& model = warehouse_.ModelOf(select);
      table_ = model.name;
      TRY(Step("stage"));
      staged_[name] = TRY(warehouse_.compute(model.name, DatesOf(select)));
      TRY(Step(""));  // what was cancelled meanwhile ends now
      return model.columns;
    }
    // `gone` says a date, as the filler writes it.
    Result<> Restage(const std::string& name, const std::string& gone, const std::string& come) override {
      if (size_t at = gone.find("DATE '"); at != std::string::npos) {
        PartitionKey partition = Date::Parse(gone.substr(at + 6, 10))->days;
        std::erase_if(staged_.at(name), [&](const FakeRow& row) { return row.partition == partition; });
      }
      if (!come.empty()) TRY(Stage(name, come));
      return {};
    }
    Result<Rows> Query(const std::string& select) override {
      TRY(Step("query"));
      return warehouse_.answer(select);
    }
    Result<Rows> Show(const std::string& select, RowForm) override { return Query(select); }
    Result<Columns> TypesOf(const std::string& select) override { return warehouse_.ModelOf(select).columns; }
    Result<std::vector<PartitionDigest>> Digest(const DigestQuery& query) override {
      TRY(Step("digest"));
      std::map<int32_t, PartitionDigest> partitions;
      for (const FakeRow& row : staged_.at(query.relation)) {
        PartitionDigest& partition = partitions[row.partition];
        partition.partition = row.partition;
        ++partition.rows;
        partition.digest = partition.digest + Hasher().Add(int64_t(row.partition)).Add(row.value).Finish();
      }
      std::vector<PartitionDigest> digests;
      for (const auto& [partition, digest] : partitions)
        digests.push_back(digest);
      return digests;
    }
    Result<std::optional<Columns>> Describe(const std::string& table) override {
      std::lock_guard lock(warehouse_.mutex_);
      return warehouse_.tables.contains(table) ? std::optional(warehouse_.project_.FindModel(table)->columns)
                                               : std::optional<Columns>();
    }
    Result<> MayReplace(const std::set<std::string>&) override { return {}; }
    Result<Published> Publish(const Publication& publication) override {
      const Model& model = *publication.model;
      TRY(Step("publish"));
      std::unique_lock lock(warehouse_.mutex_);
      auto tables = warehouse_.tables;
      auto cells = warehouse_.cells;
      bool anew = publication.may_be_new && !tables.contains(model.name);
      FakeRows& rows = tables[model.name];
      for (const Cell& cell : publication.cells) {
        std::erase_if(rows, [&](const FakeRow& row) { return row.partition == cell.partition; });
        cells[model.name].Put(cell);
      }
      const FakeRows& staged = staged_.at(publication.staged);
      rows.insert(rows.end(), staged.begin(), staged.end());
      std::stable_sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.partition < b.partition; });
      lock.unlock();
      TRY(Step("commit"));
      lock.lock();
      warehouse_.tables = std::move(tables);
      warehouse_.cells = std::move(cells);
      return Published{anew, {}};
    }
    Result<> Record(const Model& model, int64_t, const std::vector<Cell>& cells) override {
      table_ = model.name;
      TRY(Step("record"));
      std::lock_guard lock(warehouse_.mutex_);
      for (const Cell& cell : cells)
        warehouse_.cells[model.name].Put(cell);
      return {};
    }
    Result<> Remove(const std::vector<Removal>& removals) override {
      std::lock_guard lock(warehouse_.mutex_);
      for (const Removal& removal : removals)
        for (PartitionKey partition : removal.partitions) {
          std::erase_if(warehouse_.tables[removal.table],
                        [&](auto& row) { return row.partition == partition; });
          warehouse_.cells[removal.table].Erase(partition);
        }
      return {};
    }
    Result<> MakeEmptyTable(const std::string& table, const std::string&) override {
      std::lock_guard lock(warehouse_.mutex_);
      warehouse_.tables[table];
      return {};
    }
    Result<> Drop(const std::string& table) override {
      std::lock_guard lock(warehouse_.mutex_);
      warehouse_.tables.erase(table);
      warehouse_.cells.erase(table);
      return {};
    }
    Result<> MakeView(const Model&, ::backcourt::Digest) override { return {}; }
    Result<int64_t> WriteFile(const std::string&, const std::string& path, FileFormat) override {
      return Error{ErrorKind::kUsage, path + ": a fake writes no files", ""};
    }
    Result<> Stream(const std::string&, const Bytes&) override {
      return Error{ErrorKind::kUsage, "a fake streams no rows", ""};
    }
    void Cancel() override { cancelled_ = true; }

   private:
    // A step of the batch at hand: it happens, or fails.
    Result<> Step(const std::string& step) {
      if (cancelled_) return Error{ErrorKind::kInterrupted, "interrupted", ""};
      if (step.empty()) return {};
      std::optional<Error> error;
      if (warehouse_.fault) error = warehouse_.fault(step, table_);
      std::lock_guard lock(warehouse_.mutex_);
      warehouse_.effects_.push_back((error ? "failed " : "") + step + " " + table_);
      return error ? Result<>(*error) : Result<>();
    }
    // The dates that a model's SELECT is asked for: `(DATE '2021-10-19', ...)`.
    static std::vector<Date> DatesOf(const std::string& select) {
      std::vector<Date> dates;
      const std::string before = "(DATE '";
      for (size_t at = select.find(before); at != std::string::npos; at = select.find(before, at + 1))
        dates.push_back(*Date::Parse(select.substr(at + before.size(), 10)));
      return dates;
    }

    FakeWarehouse& warehouse_;
    FakeDialect dialect_;
    std::string table_;  // of the batch at hand
    std::map<std::string, FakeRows> staged_;
    std::atomic<bool> cancelled_{false};
  };

  const Model& ModelOf(const std::string& select) const {
    for (const Model& model : project_.models)
      if (select.find(model.body) != std::string::npos) return model;
    return project_.models.front();
  }

  const Project& project_;
  mutable std::mutex mutex_;
  std::vector<std::string> effects_;
};

}  // namespace backcourt::testing
