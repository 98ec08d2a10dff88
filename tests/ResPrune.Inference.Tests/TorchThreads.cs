using System.Runtime.CompilerServices;
using TorchSharp;

namespace ResPrune.Inference.Tests;

/// <summary>One torch thread: the products here are too small to split, and waiting for a second core makes a shared machine crawl.</summary>
internal static class TorchThreads
{
    [ModuleInitializer]
    internal static void UseOne() => torch.set_num_threads(1);
}
