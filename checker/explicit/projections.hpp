// All projections of the parts of a state, and the views through them.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "checker/explicit/part_packer.hpp"
#include "checker/explicit/projection.hpp"
#include "checker/explicit/view.hpp"

namespace nsmc::checker {

// One projection for all who look at the same bytes of a place; they live as long as this object,
// and so do the views.
class Projections {
 public:
  // Per byte of a state: 1 if it is looked at.
  using Mask = std::vector<std::uint8_t>;
  static constexpr std::size_t kNoPlace = ~std::size_t{0};

  // It outlives this object.
  explicit Projections(const PartPacker& parts)
      : parts_(parts), by_place_(parts.places()), known_(parts.places()) {}
  Projections(const Projections&) = delete;
  Projections& operator=(const Projections&) = delete;

  View& new_view() { return views_.emplace_back(); }
  // Lets a view look at these bytes of every place but one; what was kept in it is forgotten.
  void look(View& view, const Mask& at, std::size_t but = kNoPlace) {
    std::vector<const Projection*> projections;
    for (std::size_t place = 0; place < parts_.places(); ++place)
      if (place != but)
        if (const Projection* projection = onto(place, of_place(at, place)))
          projections.push_back(projection);
    view.look_through(std::move(projections));
  }

  // Parts may have been added there.
  void know_all(std::size_t place) {
    if (std::exchange(known_[place], parts_.count(place)) == parts_.count(place)) return;
    for (Projection& projection : by_place_[place])
      if (projection.know_all(parts_))
        for (View& view : views_)
          if (view.looks_through(&projection)) view.lay_out_anew();
  }

  std::span<const std::uint8_t> of_place(const Mask& of_state, std::size_t place) const {
    return std::span(of_state).subspan(parts_.offset(place), parts_.bytes(place));
  }
  static bool is_any(std::span<const std::uint8_t> mask) {
    return std::memchr(mask.data(), 1, mask.size()) != nullptr;
  }

 private:
  // nullptr: nothing is looked at.
  const Projection* onto(std::size_t place, std::span<const std::uint8_t> looked_at) {
    if (!is_any(looked_at)) return nullptr;
    std::deque<Projection>& there = by_place_[place];
    for (const Projection& projection : there)
      if (std::equal(looked_at.begin(), looked_at.end(), projection.looked_at().begin()))
        return &projection;
    there.emplace_back(place, Mask(looked_at.begin(), looked_at.end())).know_all(parts_);
    return &there.back();
  }

  const PartPacker& parts_;
  std::vector<std::deque<Projection>> by_place_;
  std::vector<std::size_t> known_;  // by place: parts that they know
  std::deque<View> views_;
};

}  // namespace nsmc::checker
