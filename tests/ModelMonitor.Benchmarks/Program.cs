using ModelMonitor.Benchmarks;

return await Catalog.RunAsync(args).ConfigureAwait(false);
