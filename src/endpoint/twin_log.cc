#include "endpoint/twin_log.h"

namespace assay::endpoint {

std::size_t TwinLog::open(TwinRecord record, base::MonotonicTime arrived) {
  record.arrived_ns = (arrived - started_).count();
  const std::scoped_lock lock(mutex_);
  records_.push_back(std::move(record));
  return records_.size() - 1;
}

void TwinLog::schedule(std::size_t place, const ServiceTimes& times) {
  const std::scoped_lock lock(mutex_);
  TwinRecord& record = records_[place];
  record.started_ns = (times.start - started_).count();
  for (const base::MonotonicTime event : times.events) {
    record.scheduled_ns.push_back((event - started_).count());
  }
}

void TwinLog::sent(std::size_t place, base::MonotonicTime when) {
  const std::scoped_lock lock(mutex_);
  records_[place].sent_ns.push_back((when - started_).count());
}

void TwinLog::end(std::size_t place, std::string_view how) {
  const std::scoped_lock lock(mutex_);
  records_[place].ended = how;
}

std::vector<TwinRecord> TwinLog::records() const {
  const std::scoped_lock lock(mutex_);
  return records_;
}

base::Json TwinLog::to_json() const {
  base::Json list = base::Json::array();
  for (const TwinRecord& record : records()) {
    list.push_back({{"number", record.number},
                    {"rule", record.rule},
                    {"path", record.path},
                    {"user", record.user},
                    {"arrived_ns", record.arrived_ns},
                    {"started_ns", record.started_ns},
                    {"scheduled_ns", record.scheduled_ns},
                    {"sent_ns", record.sent_ns},
                    {"ended", record.ended}});
  }
  return {{"records", std::move(list)}};
}

}  // namespace assay::endpoint
