namespace ResPrune.Cli.Hub;

/// <summary>Pulls a model from a hub: lists it, checks that there is room, fetches what is missing, checks every hash.</summary>
internal sealed class ModelPuller
{
    private readonly HubSettings _settings;
    private readonly HubLimits _limits;
    private readonly TimeProvider _time;
    private readonly HubRetry _retry;
    private readonly HubCache _cache;

    /// <summary>Creates it.</summary>
    public ModelPuller(HubSettings settings, HubLimits limits, TimeProvider time)
    {
        _settings = settings;
        _limits = limits;
        _time = time;
        _retry = new HubRetry(limits, time);
        _cache = new HubCache(settings.CacheDirectory);
    }

    /// <summary>Pulls it. May be repeated at any time, and run beside itself.</summary>
    /// <returns>The folder that holds the model.</returns>
    /// <exception cref="HubException">It could not be had; whole parts are kept.</exception>
    public async Task<string> PullAsync(PullRequest request, PullProgress progress, CancellationToken cancellationToken)
    {
        if (_settings.IsOffline) return FindOffline(request);
        using var http = new HubHttp(_settings, _limits, _time);
        var client = new HubClient(http, _settings, _limits, _retry, request.Repository, request.Revision);
        var listing = await ListAsync(client, request, cancellationToken);
        IPullTarget target = request.Output is { } output
            ? new FolderTarget(Path.GetFullPath(output), listing.Commit, _time)
            : new CacheTarget(_cache, request.Repository, request.Revision, listing.Commit);
        long needed = 0;
        try
        {
            progress.Begin(new PullProgress.Plan(target.Folder, listing.Files.Count, listing.Files.Sum(file => file.Size)));
            var missing = await MissingAsync(target, listing, progress, cancellationToken);
            needed = missing.Sum(file => file.Size - Math.Min(file.Size, PartLength(target, file)));
            if (needed > DiskSpace.Free(target.Folder)) throw Full(request, target, needed, null);
            await Parallel.ForEachAsync(
                missing,
                new ParallelOptions { MaxDegreeOfParallelism = _limits.Connections, CancellationToken = cancellationToken },
                async (file, token) => await FetchAsync(client, target, listing, file, progress, token));
            target.Complete();
            return target.Folder;
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            throw Full(request, target, Math.Max(needed - progress.Fetched, 0), exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubFailure.Storage, $"{target.Folder} cannot be written: {exception.Message}", exception);
        }
    }

    private static long PartLength(IPullTarget target, HubFile file) =>
        new FileInfo(target.PartOf(file)) is { Exists: true, Length: var length } ? length : 0;

    private static async Task<List<HubFile>> MissingAsync(
        IPullTarget target, HubListing listing, PullProgress progress, CancellationToken cancellationToken)
    {
        var missing = new List<HubFile>();
        foreach (var file in listing.Files)
        {
            if (await target.HasAsync(file, cancellationToken)) progress.Found(file);
            else missing.Add(file);
        }

        return missing;
    }

    private static HubException Full(PullRequest request, IPullTarget target, long needed, IOException? exception)
    {
        var free = DiskSpace.Free(target.Folder);
        return new HubException(
            HubFailure.DiskFull,
            FormattableString.Invariant($"The disk of {target.Folder} is full: {request.Repository} needs {needed} bytes more and {free} are free. ")
                + "Make room and type the same command again: what is downloaded is kept.",
            exception);
    }

    private async Task FetchAsync(
        HubClient client, IPullTarget target, HubListing listing, HubFile file, PullProgress progress, CancellationToken cancellationToken)
    {
        using var held = await FileLock.AcquireAsync(target.LockOf(file), () => progress.Wait(file), cancellationToken);
        progress.Locked(file);
        // Whoever held the lock may have fetched it.
        if (await target.HasAsync(file, cancellationToken))
        {
            progress.Found(file);
            return;
        }

        var part = target.PartOf(file);
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        await using (var transfer = new FileTransfer(client, _limits, _retry, listing, file, part, progress))
            await transfer.RunAsync(cancellationToken);
        target.Publish(file);
        progress.Done();
    }

    private async Task<HubListing> ListAsync(HubClient client, PullRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ListAsync(cancellationToken);
        }
        catch (HubException exception) when (exception.Failure == HubFailure.Unreachable && _cache.Find(request.Repository, request.Revision) is not null)
        {
            throw new HubException(
                exception.Failure, $"{exception.Message} An earlier pull is in the cache: HF_HUB_OFFLINE=1 takes that.", exception);
        }
    }

    private string FindOffline(PullRequest request)
    {
        if (request.Output is { } output)
        {
            var folder = Path.GetFullPath(output);
            return File.Exists(Path.Combine(folder, "config.json")) ? folder : throw NotHere(folder);
        }

        return _cache.Find(request.Repository, request.Revision) ?? throw NotHere(_cache.Directory);

        HubException NotHere(string where) => new(
            HubFailure.NotFound,
            $"{request.Repository} in revision '{request.Revision}' is not in {where}, and HF_HUB_OFFLINE forbids to fetch it: unset it and pull again.");
    }
}
