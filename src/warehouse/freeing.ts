/** Settings by which DuckDB keeps little of what its statements have freed: at its own, as much again as it uses. */
export const freeing = {
  allocator_flush_threshold: '4MB',
  allocator_bulk_deallocation_flush_threshold: '16MB',
}
