namespace ResPrune.Batch.Manifests;

/// <summary>An input that holds no question at all, so that there is no batch to make. Bad rows never raise it.</summary>
public sealed class BatchInputException : Exception
{
    /// <summary>Creates the exception.</summary>
    public BatchInputException(string code, string message)
        : base(message) => Code = code;

    /// <summary><c>no_images</c>, <c>no_questions</c>, <c>input_not_found</c>, <c>empty_input</c>, <c>damaged_input</c> or <c>not_json_lines</c>.</summary>
    public string Code { get; }
}
