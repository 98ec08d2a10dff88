using System.Diagnostics.CodeAnalysis;

namespace ResPrune.Inference.Processing;

/// <summary>A value made from a request's input, or why it could not be made: bad input is data, not an exception.</summary>
internal readonly struct InputResult<T>
    where T : class
{
    private readonly T? _value;
    private readonly InputFailure? _failure;

    private InputResult(T? value, InputFailure? failure)
    {
        _value = value;
        _failure = failure;
    }

    public static implicit operator InputResult<T>(T value) => new(value, null);

    public static implicit operator InputResult<T>(InputFailure failure) => new(null, failure);

    /// <summary>Exactly one of the two is not null.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out InputFailure? failure)
    {
        value = _value;
        failure = _failure;
        return value is not null;
    }
}
