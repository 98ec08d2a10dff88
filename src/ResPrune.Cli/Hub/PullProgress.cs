namespace ResPrune.Cli.Hub;

/// <summary>How far a pull is; written by it and read by whoever shows it, at the same time.</summary>
internal sealed class PullProgress
{
    private long _bytes;
    private int _files;
    private long _fetched;
    private string? _waiting;
    private volatile Plan? _plan;

    /// <summary>What is to be done; null until the listing is there.</summary>
    public Plan? Total => _plan;

    /// <summary>Bytes that are there.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Bytes that came over the network in this run.</summary>
    public long Fetched => Interlocked.Read(ref _fetched);

    /// <summary>Files that are there.</summary>
    public int Files => Volatile.Read(ref _files);

    /// <summary>A file that another process is fetching and this one waits for.</summary>
    public string? Waiting => Volatile.Read(ref _waiting);

    /// <summary>The listing is there.</summary>
    public void Begin(Plan plan) => _plan = plan;

    /// <summary>A file was there before.</summary>
    public void Found(HubFile file)
    {
        Interlocked.Add(ref _bytes, file.Size);
        Interlocked.Increment(ref _files);
    }

    /// <summary>Bytes are there.</summary>
    /// <param name="bytes">How many; negative when some were thrown away.</param>
    /// <param name="fromNetwork">Whether they were fetched in this run.</param>
    public void Moved(long bytes, bool fromNetwork)
    {
        Interlocked.Add(ref _bytes, bytes);
        if (fromNetwork && bytes > 0) Interlocked.Add(ref _fetched, bytes);
    }

    /// <summary>A file is whole.</summary>
    public void Done() => Interlocked.Increment(ref _files);

    /// <summary>Another process has a file's lock.</summary>
    public void Wait(HubFile file) => Volatile.Write(ref _waiting, file.Name);

    /// <summary>A file's lock is here.</summary>
    public void Locked(HubFile file) => Interlocked.CompareExchange(ref _waiting, null, file.Name);

    /// <summary>What is to be done.</summary>
    /// <param name="Folder">Where it will be.</param>
    /// <param name="Files">Files in all.</param>
    /// <param name="Bytes">Their bytes.</param>
    internal sealed record Plan(string Folder, int Files, long Bytes);
}
