// Partition refinement.
// SPDX-License-Identifier: MIT
#include "checker/graph/bisimulation.hpp"

#include <map>
#include <utility>

#include "checker/graph/components.hpp"

namespace nsmc::checker {
namespace {

using Signature = std::vector<std::uint64_t>;  // its first word: the block itself

void make_set(Signature& s) {
  std::sort(s.begin() + 1, s.end());
  s.erase(std::unique(s.begin() + 1, s.end()), s.end());
}

// Hands out numbers in the order in which signatures come for the first time.
class Numbers {
 public:
  std::uint32_t of(Signature&& signature) {
    const auto next = static_cast<std::uint32_t>(known_.size());
    return known_.emplace(std::move(signature), next).first->second;
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(known_.size()); }

 private:
  std::map<Signature, std::uint32_t> known_;
};

Blocks by_colour(std::uint32_t nodes, const std::vector<std::uint32_t>& colour) {
  Blocks blocks;
  Numbers numbers;
  for (std::uint32_t node = 0; node < nodes; ++node)
    blocks.of.push_back(numbers.of({colour.empty() ? 0 : colour[node]}));
  blocks.count = numbers.count();
  return blocks;
}

// `next(blocks)` gives finer ones.
template <class Next>
Blocks refined(Blocks blocks, Next&& next) {
  for (;;) {
    Blocks finer = next(blocks);
    if (finer.count == blocks.count) return blocks;
    blocks = std::move(finer);
  }
}

// Each component of silent edges as one node, and these from the last to the first.
struct Silent {
  Components components;
  std::vector<std::vector<std::uint32_t>> nodes;  // by component
};
Silent silent_components(const Csr& graph, const std::vector<std::uint32_t>& colour) {
  Csr inert;
  for (std::uint32_t node = 0; node < graph.size(); ++node) {
    for (const std::uint32_t to : graph.targets(node))
      if (colour[to] == colour[node]) inert.target.push_back(to);
    inert.end_node();
  }
  Silent silent{.components = components_of(inert), .nodes = {}};
  silent.nodes.resize(silent.components.count);
  for (std::uint32_t node = 0; node < graph.size(); ++node)
    silent.nodes[silent.components.of[node]].push_back(node);
  return silent;
}

}  // namespace

Blocks bisimulation(const Lts& lts, const std::vector<std::uint32_t>& colour) {
  return refined(by_colour(lts.edges.size(), colour), [&](const Blocks& blocks) {
    Blocks finer;
    Numbers numbers;
    for (std::uint32_t node = 0; node < lts.edges.size(); ++node) {
      Signature s{blocks.of[node]};
      for (std::uint64_t e = lts.edges.first[node]; e < lts.edges.first[node + 1]; ++e)
        s.push_back(std::uint64_t{lts.label[e]} << 32U | blocks.of[lts.edges.target[e]]);
      make_set(s);
      finer.of.push_back(numbers.of(std::move(s)));
    }
    finer.count = numbers.count();
    return finer;
  });
}

bool bisimilar(const Lts& a, const Lts& b) {
  if (a.edges.size() == 0 || b.edges.size() == 0) return a.edges.size() == b.edges.size();
  Lts both = a;
  for (std::uint32_t node = 0; node < b.edges.size(); ++node) {
    for (const std::uint32_t to : b.edges.targets(node))
      both.edges.target.push_back(to + a.edges.size());
    both.edges.end_node();
  }
  both.label.insert(both.label.end(), b.label.begin(), b.label.end());
  const Blocks blocks = bisimulation(both);
  return blocks.of[0] == blocks.of[a.edges.size()];
}

Blocks stutter_equivalence(const Csr& graph, const std::vector<std::uint32_t>& colour) {
  const Silent silent = silent_components(graph, colour);
  const std::vector<std::uint32_t>& component = silent.components.of;
  return refined(by_colour(graph.size(), colour), [&](const Blocks& blocks) {
    // What is left of a block: a component can do what those of its own block can that it leads
    // to.  Boost numbers components so that edges lead to smaller numbers.
    std::vector<Signature> of(silent.nodes.size());
    for (std::uint32_t c = 0; c < of.size(); ++c) {
      const std::uint32_t own = blocks.of[silent.nodes[c].front()];
      of[c].push_back(own);
      for (const std::uint32_t node : silent.nodes[c])
        for (const std::uint32_t to : graph.targets(node)) {
          if (blocks.of[to] != own)
            of[c].push_back(blocks.of[to]);
          else if (component[to] != c)
            of[c].insert(of[c].end(), of[component[to]].begin() + 1, of[component[to]].end());
        }
      make_set(of[c]);
    }
    Blocks finer;
    Numbers numbers;
    for (std::uint32_t node = 0; node < graph.size(); ++node)
      finer.of.push_back(numbers.of(Signature(of[component[node]])));
    finer.count = numbers.count();
    return finer;
  });
}

Csr collapsed(const Csr& graph, const Blocks& blocks) {
  std::vector<std::vector<std::uint32_t>> to(blocks.count);
  for (std::uint32_t node = 0; node < graph.size(); ++node)
    for (const std::uint32_t target : graph.targets(node))
      if (blocks.of[target] != blocks.of[node]) to[blocks.of[node]].push_back(blocks.of[target]);
  Csr result;
  for (auto& targets : to) {
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    result.target.insert(result.target.end(), targets.begin(), targets.end());
    result.end_node();
  }
  return result;
}

}  // namespace nsmc::checker
