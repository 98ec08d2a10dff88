using System.Text;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>Text in and out of a store.</summary>
internal static class BlobStoreText
{
    public static Task<BlobWriteResult> PutAsync(this IBlobStore store, string name, string text, BlobWriteCondition condition = default) =>
        store.WriteAsync(name, Encoding.UTF8.GetBytes(text), condition, CancellationToken.None);

    public static async Task<string?> GetAsync(this IBlobStore store, string name)
    {
        var content = await store.ReadAsync(name, int.MaxValue, CancellationToken.None);
        return content is null ? null : Encoding.UTF8.GetString(content.Bytes.Span);
    }

    public static async Task<List<string>> NamesAsync(this IBlobStore store, string prefix = "")
    {
        var names = new List<string>();
        await foreach (var name in store.ListAsync(prefix, CancellationToken.None)) names.Add(name);
        return names;
    }

    public static async Task<List<string>> FoldersAsync(this IBlobStore store, string prefix)
    {
        var folders = new List<string>();
        await foreach (var folder in store.ListFoldersAsync(prefix, CancellationToken.None)) folders.Add(folder);
        return folders;
    }
}
