using System.Text.Json;

namespace ResPrune.Inference.Models;

/// <summary>A parsed config file; dispose it when its values have been read.</summary>
internal sealed class ConfigDocument(JsonDocument document, ConfigJson root) : IDisposable
{
    /// <summary>The file's root object.</summary>
    public ConfigJson Root { get; } = root;

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();
}
