using Azure.Core;

namespace ResPrune.Batch.Storage;

/// <summary>What <see cref="BlobStores"/> opens containers with.</summary>
public sealed record BlobStoresOptions
{
    /// <summary>The environment variable that holds the connection string.</summary>
    public const string ConnectionStringVariable = "RESPRUNE_STORAGE_CONNECTION_STRING";

    /// <summary>The variable of Azure's own tools, taken where <see cref="ConnectionStringVariable"/> is not set.</summary>
    public const string AzureConnectionStringVariable = "AZURE_STORAGE_CONNECTION_STRING";

    /// <summary>The account and its key or signature, for <c>azure:CONTAINER</c>. A secret; null (default) when there is none.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The identity for container URLs; null (default) takes <c>DefaultAzureCredential</c>: workload identity, managed identity, <c>az login</c>.</summary>
    public TokenCredential? Credential { get; init; }

    /// <summary>Blocks, pages, retries of containers.</summary>
    public AzureBlobStoreOptions Azure { get; init; } = new();

    /// <summary>The options that the environment gives.</summary>
    public static BlobStoresOptions FromEnvironment() => new()
    {
        ConnectionString = Read(ConnectionStringVariable) ?? Read(AzureConnectionStringVariable),
    };

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"{nameof(BlobStoresOptions)} {{ ConnectionString = {(ConnectionString is null ? "none" : "set")} }}";

    private static string? Read(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }
}
