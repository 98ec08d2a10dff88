using ResPrune.Batch.Storage;
using ResPrune.Chaos.Faults;

namespace ResPrune.Chaos.Stores;

/// <summary>A store that can be hurt, and looked into while it is.</summary>
internal abstract class StoreUnderTest : IAsyncDisposable
{
    /// <summary>A container that no fleet here may read.</summary>
    protected const string ForeignContainer = "https://nobody12345.blob.core.windows.net/images";

    /// <summary>As <c>--store</c> takes it.</summary>
    public abstract string Address { get; }

    /// <summary>What silos need in their environment to reach it; through whatever hurts it.</summary>
    public abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The store past whatever hurts it.</summary>
    public abstract IBlobStore Direct { get; }

    /// <summary>Image roots that its silos must refuse, or that are not there.</summary>
    public abstract IReadOnlyList<string> ClosedImageRoots { get; }

    /// <summary>Hurts it until the returned task's time is over, then mends it.</summary>
    public abstract Task HurtAsync(Fault fault);

    /// <summary>What went wrong that only the store itself can know.</summary>
    public abstract IReadOnlyList<string> Complaints();

    public abstract ValueTask DisposeAsync();
}
