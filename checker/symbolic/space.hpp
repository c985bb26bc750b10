// Where fields stand: the one state that symbolic code runs on.
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checker/symbolic/path.hpp"
#include "checker/symbolic/store.hpp"

namespace nsmc::symbolic {

// exact: the model's own sizes and checks, to be compared with its bytes, and to be searched.
// heap:  any number of objects and numbers without end, to be proved.  What would end a run of the
//        model (NULL, a field that was never written) ends the path, except what is to be excluded.
enum class World : std::uint8_t { exact, heap };

using Place = std::vector<Term>;

// The fields of one State type in one World; made once, by constructing the State (cells.hpp).
struct FieldTable {
  World world = World::exact;
  std::vector<FieldInfo> fields;
  std::string (*kind_name)(Kind) = nullptr;  // for people

  // After the fields of the state: a flag "was never written" for each, and counts of holders.
  std::size_t unwritten(std::size_t field) const { return field + fields.size() / 2; }
};

class Space {
 public:
  Space(const FieldTable& table, Initial initial)
      : table_(table), initial_(std::move(initial)), previous_(on_) {
    on_ = this;
  }
  ~Space() { on_ = previous_; }
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  static Space& on() { return *on_; }

  World world() const { return table_.world; }
  const FieldTable& table() const { return table_; }
  const FieldInfo& info(std::size_t field) const { return table_.fields[field]; }

  Term load(std::size_t field, const Place& place);
  // What this field is now at any place, whatever is written later.
  std::function<Term(const Place&)> reader(std::size_t field) const;
  void write(std::size_t field, const Place& place, Term value);
  // Without a mark that the field was written: for fields that stand for many.
  void write_part(std::size_t field, const Place& place, Term value);
  // A pointer: keeps the number of holders of each object, a ghost that no kernel code reads.
  void write_pointer(std::size_t field, const Place& place, Term target);
  // How many fields that hold `target` in this way point at it.
  Term holders(int holds, Kind kind, Term target);
  static std::string holders_name(const FieldTable& table, int holds, Kind kind);
  // A function of the state that is no field of it, for ghosts.
  Term load_ghost(const FieldInfo& info, const Place& place);
  void write_ghost(const FieldInfo& info, Write write);

  // Writes what `body(index)` writes for each index with `is(index)`, at once.
  void bulk(const std::function<Term(Term index)>& is, const std::function<void(Term index)>& body);

  // The state of this moment, to come back to.
  struct Snapshot {
    Store store, ghosts;
  };
  Snapshot snapshot() const { return now_; }
  Snapshot exchange(Snapshot other) { return std::exchange(now_, std::move(other)); }
  // Fields and ghosts that were written, with where and what; not those written in bulk.
  void each_write(const std::function<void(const FieldInfo&, const Write&)>& f) const;
  bool changed(std::size_t field) const { return !now_.store.untouched(field); }
  const Store& store() const { return now_.store; }

  // Objects by kind, and fields that point at objects, that were looked at: what a proof speaks of
  // by name.
  struct Seen {
    std::map<Kind, std::vector<Term>> objects;
    // Objects and indices that were looked at together.
    std::map<std::pair<Kind, Kind>, std::vector<std::pair<Term, Term>>> pairs;
    std::vector<std::pair<std::size_t, Place>> pointers;
    void merge(const Seen& other);
  };
  Seen seen;
  // Objects at which no field of the state before pointed.
  std::vector<std::pair<Kind, Term>> unnamed;
  bool recording = false;
  void see(Kind kind, Term object);
  void see(Kind kind, Term object, Kind inner, Term index);
  // Elements of arrays that code has looked at are places, and kept until forget_places().
  void keep(std::shared_ptr<void> place) { kept_.push_back(std::move(place)); }
  void forget_places() { kept_.clear(); }

 private:
  void put(Store& store, std::size_t field, Write write);

  const FieldTable& table_;
  Initial initial_;
  Snapshot now_;
  std::vector<FieldInfo> ghost_infos_;
  Term bulk_guard_ = nullptr, bulk_index_ = nullptr;
  int bulks_ = 0;
  std::vector<std::shared_ptr<void>> kept_;
  Space* previous_;
  static inline thread_local Space* on_ = nullptr;
};

}  // namespace nsmc::symbolic
