// Tarjan's algorithm, Boost's: our two arrays as a graph that Boost can walk.
// SPDX-License-Identifier: MIT
#include "checker/graph/components.hpp"

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <utility>

namespace nsmc::checker::boost_view {

// boost/graph/compressed_sparse_row_graph.hpp would be a copy of the arrays.
struct View {
  const Csr* csr;
};
struct Edge {
  std::uint32_t source = 0;
  std::uint64_t at = 0;  // index into Csr::target
  bool operator==(const Edge&) const = default;
};

class OutEdge : public boost::iterator_facade<OutEdge, Edge, boost::forward_traversal_tag, Edge> {
 public:
  OutEdge() = default;
  OutEdge(std::uint32_t source, std::uint64_t at) : edge_{source, at} {}

 private:
  friend class boost::iterator_core_access;
  Edge dereference() const { return edge_; }
  bool equal(const OutEdge& other) const { return edge_.at == other.edge_.at; }
  void increment() { ++edge_.at; }
  Edge edge_;
};

// What Boost looks up by argument: see its "Incidence Graph" and "Vertex List Graph".
using Node = boost::counting_iterator<std::uint32_t>;
inline std::pair<Node, Node> vertices(const View& g) { return {Node(0), Node(g.csr->size())}; }
inline std::uint32_t num_vertices(const View& g) { return g.csr->size(); }
inline std::pair<OutEdge, OutEdge> out_edges(std::uint32_t node, const View& g) {
  return {OutEdge(node, g.csr->first[node]), OutEdge(node, g.csr->first[node + 1])};
}
inline std::uint64_t out_degree(std::uint32_t node, const View& g) { return g.csr->degree(node); }
inline std::uint32_t source(const Edge& e, const View&) { return e.source; }
inline std::uint32_t target(const Edge& e, const View& g) { return g.csr->target[e.at]; }

}  // namespace nsmc::checker::boost_view

namespace boost {

template <>
struct graph_traits<nsmc::checker::boost_view::View> {
  using vertex_descriptor = std::uint32_t;
  using edge_descriptor = nsmc::checker::boost_view::Edge;
  using directed_category = directed_tag;
  using edge_parallel_category = allow_parallel_edge_tag;
  struct traversal_category : incidence_graph_tag, vertex_list_graph_tag {};
  using vertex_iterator = nsmc::checker::boost_view::Node;
  using out_edge_iterator = nsmc::checker::boost_view::OutEdge;
  using vertices_size_type = std::uint32_t;
  using degree_size_type = std::uint64_t;
  static vertex_descriptor null_vertex() { return 0xffffffff; }
};

}  // namespace boost

namespace nsmc::checker {

Components components_of(const Csr& graph) {
  const std::uint32_t nodes = graph.size();
  Components c;
  c.of.resize(nodes);
  if (nodes == 0) return c;
  std::vector<std::uint32_t> root(nodes), found(nodes);
  std::vector<boost::default_color_type> colour(nodes);
  const boost::typed_identity_property_map<std::uint32_t> id;
  const auto map = [&](auto& of) { return boost::make_iterator_property_map(of.begin(), id); };
  c.count = boost::strong_components(boost_view::View{&graph}, map(c.of),
                                     boost::vertex_index_map(id)
                                         .root_map(map(root))
                                         .discover_time_map(map(found))
                                         .color_map(map(colour)));
  c.size.assign(c.count, 0);
  c.cyclic.assign(c.count, 0);
  c.bottom.assign(c.count, 1);
  for (std::uint32_t node = 0; node < nodes; ++node) {
    ++c.size[c.of[node]];
    for (const std::uint32_t to : graph.targets(node)) {
      if (c.of[to] == c.of[node])
        c.cyclic[c.of[node]] = 1;
      else
        c.bottom[c.of[node]] = 0;
    }
  }
  return c;
}

}  // namespace nsmc::checker
