// The executable is started for real, and two of them at once would only wait for each other's cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
